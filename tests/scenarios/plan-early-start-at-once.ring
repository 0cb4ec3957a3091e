# A plan that begins with a pause does not make the caller wait for it.
ring A after 5, B after 8
t=0     caller calls                  -> dial A
t=0.1   dial A ok                     -> nothing ; next 3
t=3     time                          -> dial B
