# An operator ends the call while devices ring: everybody is hung up, the caller too.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=4     operator cancels              -> hangup A, hangup B, hangup caller ; phase closing ; outcome cancelled
t=4.1   all ok
t=4.2   A ended
t=4.2   B ended
t=4.3   caller hangs up cause normal_clearing -> nothing ; phase closed ; A.outcome cancelled ; outcome cancelled
