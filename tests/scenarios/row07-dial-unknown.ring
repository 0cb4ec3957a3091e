# Row 7: no answer to a dial, then a 5xx: the same command goes out again with the same id, never a new one.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   dial B ok
t=0.6   time                          -> dial A again
t=0.7   dial A unknown 503 try 1      -> nothing
t=1.8   time                          -> dial A again
t=1.9   dial A ok                     -> nothing ; A ringing
t=5     A answers                     -> answer caller, hangup B
