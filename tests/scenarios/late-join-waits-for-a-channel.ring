# A late device keeps to the plan's channels like any other.
ring A
plan channels 1
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=3     device B ready                -> nothing
t=6     A declines                    -> dial B
