ring A
t=0     caller calls                  -> dial A
t=2     dial A ok
