# A device that has to prove itself: the answer alone wins nothing; the key does. The others ring on meanwhile.
ring A press1, B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> gather A ; phase ringing ; winner none ; A answered
t=3.1   gather A ok
t=8     A presses 1                   -> answer caller, hangup B ; winner A ; A accepted
