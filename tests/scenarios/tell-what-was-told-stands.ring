# A leg is told of as "could not be dialled" and turns out to exist: it is hung up, and nothing else is told (I16).
ring A B
plan tell
t=0     caller calls                  -> dial A, dial B
t=0.1   dial B ok
t=0.2   dial A refused 90041          -> nothing
t=1     caller hangs up               -> hangup B, tell A ; A.outcome failed ; A.reason capacity
t=1.1   hangup B refused 90018        -> tell B, tell call ; phase closed
t=1.2   tell A ok
t=1.2   tell B ok
t=1.2   tell call ok                  -> nothing ; next never
t=1.3   A answers                     -> hangup A ; A.outcome failed ; A.reason capacity
t=1.4   A hangs up cause user_busy source callee -> nothing ; A.outcome failed ; A.reason capacity ; A.cause dial_refused_90041
