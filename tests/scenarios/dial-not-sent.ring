# The request never left (no connection): sent again; and if the call is over by then, the phone never rang.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   dial A not sent
t=0.1   dial B ok
t=0.3   caller hangs up               -> hangup B ; A ended
t=0.4   hangup B refused 90018        -> nothing ; phase closed ; next never
