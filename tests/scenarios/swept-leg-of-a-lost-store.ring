# Only a phone is left of a call that the store forgot.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=0.2   store forgets
t=61    B is seen                     -> hangup B ; phase closing ; outcome failed
t=61.1  all ok
t=61.2  B ended                       -> nothing ; phase closed ; kept no
