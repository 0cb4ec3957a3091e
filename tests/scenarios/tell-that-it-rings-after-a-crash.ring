# The worker dies after telling, the answer with it: told again with the same id while it rings.
ring A
plan tell
plan ringing
t=0     caller calls                  -> dial A, tell ringing
t=0.1   dial A ok
t=0.2   crash
t=2     time                          -> tell ringing again
t=2.1   tell ringing ok               -> nothing
t=3     caller hangs up               -> hangup A
t=3.1   hangup A refused 90018        -> tell A, tell call ; phase closed
t=3.2   tell A ok
t=3.3   tell call ok                  -> nothing ; next never
