# A plan that leaves the conversation unrecorded. Nothing is waited for at its end.
ring A
plan no_record
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=3     A answers                     -> answer caller
t=3.1   answer caller ok              -> bridge A
t=3.2   bridge A ok
t=3.3   A bridged                     -> nothing ; phase connected
t=20    A hangs up                    -> hangup caller ; phase closing
t=20.1  hangup caller refused 90018   -> nothing ; phase closed ; recording none
