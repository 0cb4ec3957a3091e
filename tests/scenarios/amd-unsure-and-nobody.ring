# The provider cannot tell and nobody presses the key.
ring A amd, B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> nothing ; next 18
t=6     A may be anybody              -> gather A
t=6.1   gather A ok
t=18    time                          -> hangup A ; A.quit screen_failed
