ring A
t=0     caller calls                  -> dial A
t=0.1   dial A ok                     -> hangup A
