# The key is pressed after somebody else was claimed: too late, and the apology goes on.
ring A press1, B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> gather A
t=3.1   gather A ok
t=5     B answers                     -> answer caller, apologise A ; winner B
t=5.1   A presses 1                   -> nothing ; winner B
