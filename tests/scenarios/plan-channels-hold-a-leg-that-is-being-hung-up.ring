# A leg that was given up still takes its channel until its end is proved.
ring A timeout 5, B
plan channels 1
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=7     time                          -> hangup A ; B planned ; phase ringing
t=7.1   hangup A ok                   -> nothing ; B planned
t=7.2   A ended                       -> dial B
