# Row 17: the hang-up is accepted but its webhook never comes. It is asked again, and "already ended" is the proof.
ring A
t=0     caller calls                  -> dial A
t=0.1   all ok
t=2     caller hangs up               -> hangup A
t=2.1   hangup A ok                   -> nothing ; phase closing ; next 7
t=7     time                          -> hangup A
t=7.1   hangup A refused 90018        -> nothing ; phase closed ; next never
