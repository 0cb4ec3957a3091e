# While A is asked for a key, B answers without having to prove anything: B wins.
ring A press1, B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> gather A
t=3.1   gather A ok
t=4     B answers                     -> answer caller, apologise A ; winner B
