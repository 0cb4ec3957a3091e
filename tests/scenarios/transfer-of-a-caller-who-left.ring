# R-035 for a transfer that rings long: the caller has gone, the records tell, and the destination is let go.
transfer A timeout 140
plan ring 150
t=0     caller calls                  -> transfer A
t=0.1   transfer A ok
t=0.2   A rings
t=60    time                          -> look
t=60.1  look finds caller ended, A ringing -> hangup A ; phase closing
t=60.2  hangup A ok
t=60.3  A ended                       -> nothing ; phase closed ; outcome abandoned
