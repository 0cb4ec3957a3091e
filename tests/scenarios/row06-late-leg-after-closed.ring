# Row 6, later still: the session is a tombstone when a leg shows up that was thought not to exist.
ring A
t=0     caller calls                  -> dial A
t=0.2   caller hangs up               -> nothing ; phase closing
t=0.3   dial A unknown
t=1.2   time                          -> look
t=1.3   look finds nothing            -> nothing ; A dialing
t=2.2   time                          -> look
t=2.3   look finds nothing            -> nothing ; A dialing
t=4.2   time                          -> look
t=4.3   look finds nothing            -> nothing ; A dialing
t=8.2   time                          -> look
t=8.3   look finds nothing            -> nothing ; A ended_inferred
t=45    time                          -> nothing ; phase closed ; next never
t=50    A rings                       -> hangup A ; phase closed ; A ringing
t=50.1  hangup A ok
t=50.2  A ended                       -> nothing ; phase closed ; next never
