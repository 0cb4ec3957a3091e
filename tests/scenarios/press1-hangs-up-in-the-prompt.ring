# The person listens to the prompt and puts the phone down: the others ring on.
ring A press1, B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> gather A
t=3.1   gather A ok
t=6     A hangs up                    -> nothing ; phase ringing
t=30    time                          -> hangup B, answer caller ; A.outcome failed ; A.reason unproved
