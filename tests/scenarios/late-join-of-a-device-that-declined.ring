# A person who said no is not asked again.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     B declines
t=6     device B ready                -> nothing
