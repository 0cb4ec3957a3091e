# There is nothing to join in a transfer.
transfer A
t=0     caller calls                  -> transfer A
t=0.1   transfer A ok
t=2     device B ready                -> nothing ; phase transferring
