# 429 with Retry-After: the provider's own time is kept, the id stays, the other leg is not held up.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   dial B ok
t=0.1   dial A unknown 429 after 2    -> nothing ; next 2.1
t=2.1   time                          -> dial A again
t=2.2   dial A ok                     -> nothing ; A ringing
t=3     A answers                     -> answer caller, hangup B
