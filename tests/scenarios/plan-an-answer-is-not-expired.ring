# T_leg is for ringing: who has picked up and is asked for a key is not given up by it.
ring A press1 timeout 5, B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=6     A answers                     -> gather A
t=6.1   gather A ok
t=7.5   caller does something         -> nothing ; A.quit none
t=8     A presses 1                   -> answer caller, hangup B ; winner A
