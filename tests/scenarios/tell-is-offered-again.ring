# The application does not answer: the same words with the same id, after longer and longer pauses; the call closes
# meanwhile, and the session is kept for it.
ring A
plan tell
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=1     caller hangs up               -> hangup A
t=1.1   hangup A refused 90018        -> tell A, tell call ; phase closed ; kept yes ; next 3.1
t=1.2   tell A ok
t=1.3   tell call unknown 500
t=3.1   time                          -> tell call again
t=3.2   tell call refused 404         -> nothing ; next 7.1
t=7.1   time                          -> tell call again
t=7.2   tell call unknown 503 after 60 -> nothing ; next 67.2
t=67.2  time                          -> tell call again
t=67.3  tell call ok                  -> nothing ; next never ; kept no
