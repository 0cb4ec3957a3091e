# Was: the "yes" of one copy of a command was ignored when another copy had been refused before it, and the caller was
# let go although we had answered.
ring A
t=0     caller calls                  -> dial A
t=0.1   all ok
t=3     A answers                     -> answer caller
t=3.6   time                          -> answer caller again
t=3.7   answer caller refused 10007 try 2 -> answer caller
t=3.8   answer caller ok try 1        -> bridge A ; phase bridging
