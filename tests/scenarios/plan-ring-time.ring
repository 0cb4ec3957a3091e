# The plan's own T_ring.
ring A B
plan ring 12
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok                        -> nothing ; next 12
t=12    time                          -> hangup A, hangup B, answer caller ; phase vm_answering
