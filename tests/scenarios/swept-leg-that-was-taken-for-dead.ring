# The dial was not answered and a look found no such call, so the call was closed. Later a sweep finds the phone alive:
# what was only concluded is taken back, and the tombstone hangs it up.
ring A
t=0     caller calls                  -> dial A
t=0.1   caller hangs up               -> nothing ; phase closing
t=1.1   time                          -> look
t=1.2   look unknown
t=2.1   time                          -> look
t=2.2   look unknown
t=4.1   time                          -> look
t=4.2   look unknown
t=8.1   time                          -> look
t=8.2   look finds nothing            -> nothing ; A ended_inferred
t=60    A is seen                     -> hangup A ; phase closed ; A ringing
t=60.1  hangup A ok
t=60.2  A ended                       -> nothing ; phase closed ; A ended
