# Row 20: the channel limit hits two of three dials. The third rings on; nothing waits for the others.
ring A B C
t=0     caller calls                  -> dial A, dial B, dial C
t=0.1   dial A refused 90041          -> nothing ; A ended_inferred ; phase ringing
t=0.1   dial B ok
t=0.1   dial C refused 90043          -> nothing ; C ended_inferred ; phase ringing
t=4     B answers                     -> answer caller ; winner B
