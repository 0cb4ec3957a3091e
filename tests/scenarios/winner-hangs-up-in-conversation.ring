# R-137: the winner ends the conversation: the caller is hung up.
ring A
t=0     caller calls                  -> dial A
t=0.1   all ok
t=3     A answers                     -> answer caller
t=3.1   answer caller ok              -> bridge A
t=3.2   A bridged                     -> record conversation
t=3.3   all ok
t=20    A hangs up                    -> hangup caller ; phase closing ; outcome answered
t=20.1  hangup caller refused 90018
t=21    caller recording saved        -> nothing ; phase closed
