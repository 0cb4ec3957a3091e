# R-133 with one device: the provider rings it, and the application hears of it all the same.
transfer A
plan tell
plan ringing
t=0     caller calls                  -> transfer A, tell ringing ; phase transferring
t=0.1   transfer A ok
t=0.2   tell ringing ok               -> nothing
t=0.3   A rings                       -> nothing
t=2     caller hangs up               -> hangup A
t=2.1   hangup A refused 90018        -> tell A, tell call ; phase closed
t=2.2   tell A ok
t=2.3   tell call ok                  -> nothing ; next never
