# The worker dies after telling: told again with the same id, so that the application can drop the copy.
ring A
plan tell
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=1     caller hangs up               -> hangup A
t=1.1   hangup A refused 90018        -> tell A, tell call ; phase closed
t=1.2   crash
t=3.1   time                          -> tell A again, tell call again
