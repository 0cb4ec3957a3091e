# One of two devices of a wave fails: the next wave keeps its time, for the other one still rings.
ring A, B, C after 10
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=1     A declines                    -> nothing ; C planned ; next 10
t=10    time                          -> dial C
