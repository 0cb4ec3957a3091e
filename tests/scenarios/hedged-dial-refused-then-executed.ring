# Was: a refused second copy of a dial counted as proof that no phone rings, and the first copy's leg rang on as an orphan.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   dial B ok
t=0.6   time                          -> dial A again
t=0.7   dial A refused 90041 try 2    -> nothing ; A dialing
t=1     B answers                     -> answer caller
t=1.1   dial A ok try 1               -> hangup A ; A ringing
