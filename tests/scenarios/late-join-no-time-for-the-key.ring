# Whoever has to press a key joins only while an answer can still prove itself: five seconds and the fifteen for the key.
ring A
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=8     device B ready press1         -> dial B
t=8.1   dial B ok
t=12    device C ready press1         -> nothing
t=12.2  device D ready amd            -> nothing
t=12.4  device E ready                -> dial E
t=12.5  dial E ok
t=13    B answers                     -> gather B
t=13.1  gather B ok
t=26    B presses 1                   -> answer caller, hangup A, hangup E ; winner B
