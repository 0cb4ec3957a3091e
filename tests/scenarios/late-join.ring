# A device registers while the others ring: it joins.
ring A
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=5     device B ready                -> dial B
t=5.1   dial B ok
t=8     B answers                     -> answer caller, hangup A ; winner B
