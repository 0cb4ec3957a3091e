# Row 14: the answer comes in the very millisecond T_ring ends: the person wins.
ring A
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=30    time                          -> hangup A, answer caller ; phase vm_answering
t=30    A answers                     -> nothing ; phase vm_answering
