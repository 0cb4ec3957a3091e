# The provider listens who answers. A person wins.
ring A amd, B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> nothing ; phase ringing ; A answered
t=6     A is a person                 -> answer caller, hangup B ; winner A
