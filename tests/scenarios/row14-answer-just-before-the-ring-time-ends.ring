# Row 14: the answer is processed first: it wins, T_ring is over.
ring A
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=29.9  A answers                     -> answer caller ; winner A ; next 30.5
