# The end of the prompt is never told: after 15 s the leg is given up (T_screen).
ring A press1, B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> gather A
t=3.1   gather A ok                   -> nothing ; next 18
t=18    time                          -> hangup A ; A.quit screen_failed ; phase ringing
