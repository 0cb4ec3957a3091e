# Few channels: the smaller number is dialled first, whatever the order of the plan.
ring A priority 3 timeout 8, B priority 1 timeout 8, C priority 2 timeout 8
plan channels 1
t=0     caller calls                  -> dial B
t=0.1   dial B ok
t=3     B declines                    -> dial C
t=3.1   dial C ok
t=4     C declines                    -> dial A
