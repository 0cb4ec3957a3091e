# R-035: the caller's hangup was never told. A minute into the ringing the records say it, and the phones stop.
ring A timeout 30, B timeout 140
plan ring 150
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=32    time                          -> hangup A
t=32.1  hangup A ok
t=32.2  A ended
t=60    time                          -> look
t=60.1  look finds caller ended, B ringing -> hangup B ; phase closing
t=60.2  hangup B ok
t=60.3  B ended                       -> nothing ; phase closed ; outcome abandoned
