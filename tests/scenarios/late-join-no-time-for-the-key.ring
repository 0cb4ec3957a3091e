# Whoever has to press a key joins only while an answer can still prove itself: five seconds and the fifteen for the key.
ring A
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=9.9   device B ready press1         -> dial B
t=10    dial B ok
t=10.1  device C ready press1         -> nothing
t=10.2  device D ready amd            -> nothing
t=10.3  device E ready                -> dial E
t=10.5  dial E ok
t=14.9  B answers                     -> gather B
t=15    gather B ok
t=29    B presses 1                   -> answer caller, hangup A, hangup E ; winner B
