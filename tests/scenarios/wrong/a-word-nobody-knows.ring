ring A
t=0     caller calls                  -> dial A
t=1     A sings
