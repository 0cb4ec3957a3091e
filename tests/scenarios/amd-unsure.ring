# The provider cannot tell: the person is asked for a key.
ring A amd, B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers
t=6     A may be anybody              -> gather A ; phase ringing
t=6.1   gather A ok
t=9     A presses 1                   -> answer caller, hangup B ; winner A
