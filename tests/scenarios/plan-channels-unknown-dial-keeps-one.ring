# A dial without an answer may ring: its channel is not given away (I6).
ring A B
plan channels 1
t=0     caller calls                  -> dial A
t=0.1   dial A unknown                -> nothing ; B planned
t=0.6   time                          -> dial A again
t=0.7   dial A ok                     -> nothing ; B planned
