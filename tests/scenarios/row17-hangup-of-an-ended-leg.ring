# Row 17: hanging up what has already ended is proof of its end, whatever the code.
ring A B C
t=0     caller calls                  -> dial A, dial B, dial C
t=0.1   all ok
t=2     caller hangs up               -> hangup A, hangup B, hangup C
t=2.1   hangup A refused 90018        -> nothing ; A ended
t=2.1   hangup B refused 404          -> nothing ; B ended
t=2.1   hangup C refused 90015        -> nothing ; C ended ; phase closed
