# Nothing rings any more: the next wave comes at once, and the one after it as much earlier.
ring A, B after 10, C after 15
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=2     A hangs up cause unallocated_number -> dial B ; phase ringing ; next 2.6
t=2.1   dial B ok                     -> nothing ; next 7
t=7     time                          -> dial C
