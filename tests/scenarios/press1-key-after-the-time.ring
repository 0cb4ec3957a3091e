# The key comes after the leg was given up: it is being hung up and wins nothing.
ring A press1, B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> gather A
t=3.1   gather A ok
t=18    time                          -> hangup A ; A.quit screen_failed
t=18.1  A presses 1                   -> nothing ; winner none ; phase ringing ; A accepted
