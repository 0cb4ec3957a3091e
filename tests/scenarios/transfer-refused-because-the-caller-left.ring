# The caller is gone: the transfer's error is a fact about the caller.
transfer A
t=0     caller calls                  -> transfer A
t=0.1   transfer A refused 90018      -> nothing ; phase closing ; outcome abandoned
