# The caller is gone already.
reject
t=0     caller calls                  -> reject caller
t=0.1   reject caller refused 90018   -> nothing ; phase closed ; outcome rejected
