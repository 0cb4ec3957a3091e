# The caller leaves while the device rings: the leg is hung up as soon as it is known.
transfer A
t=0     caller calls                  -> transfer A
t=0.1   transfer A ok
t=2     caller hangs up               -> nothing ; phase closing
t=2.1   A rings                       -> hangup A
t=2.2   hangup A ok
t=2.3   A ended                       -> nothing ; phase closed ; A.outcome caller_cancelled
