# Less than five seconds are left: a phone that rings once is worse than none.
ring A
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=24.5  device C ready                -> dial C
t=24.7  dial C ok
t=25.1  device B ready                -> nothing
