# The device was to be dialled later: it has just shown that it is there, and is dialled now, once.
ring A, B after 10 timeout 20
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=4     device B ready                -> dial B
t=4.1   dial B ok                     -> nothing ; next 26
