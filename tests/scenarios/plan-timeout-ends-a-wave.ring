# A device whose time is over does not ring any more: the next comes at once, before the hang-up is proved.
ring A timeout 5, B after 20
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=7     time                          -> hangup A, dial B
