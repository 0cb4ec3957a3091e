# The network took two seconds to reach the phone: what counts is how long it rang.
ring A press1_if_fast, B
t=0     caller calls                  -> dial A, dial B
t=0.1   dial B ok
t=0.6   time                          -> dial A again
t=1.8   time                          -> dial A again
t=2     A rings                       -> nothing ; A ringing
t=3     A answers                     -> gather A ; winner none
