ring A B
t=0     caller calls                  -> dial A
