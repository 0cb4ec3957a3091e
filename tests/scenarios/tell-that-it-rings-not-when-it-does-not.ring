# The application was away while it rang. What is of no use any more is not told, and nothing waits for its answer.
ring A
plan tell
plan ringing
t=0     caller calls                  -> dial A, tell ringing
t=0.1   dial A ok
t=0.3   tell ringing unknown 503      -> nothing
t=1     caller hangs up               -> hangup A
t=1.1   hangup A refused 90018        -> tell A, tell call ; phase closed
t=1.2   tell A ok
t=1.3   tell call ok                  -> nothing ; next never
