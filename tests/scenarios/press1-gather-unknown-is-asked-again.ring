# No answer to the prompt's request: the same one again, with its own id. A refused copy of it proves nothing.
ring A press1, B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> gather A
t=3.6   time                          -> gather A again
t=3.7   gather A refused 90034 try 2  -> nothing ; A.quit none
t=6     A presses 1                   -> answer caller, hangup B ; winner A
