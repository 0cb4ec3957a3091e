# The webhooks come in the other order: a machine all the same.
ring A amd, B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A is a machine                -> hangup A ; A.quit screen_failed
t=3.1   A answers                     -> nothing ; phase ringing ; winner none
