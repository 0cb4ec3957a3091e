# 410 means: never again.
ring A
plan tell
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=1     caller hangs up               -> hangup A
t=1.1   hangup A refused 90018        -> tell A, tell call
t=1.2   tell A refused 410            -> nothing
t=1.2   tell call refused 410         -> nothing ; next never
