# R-133: an application that wakes phones up with a push of its own hears at once that a call rings, once.
ring A B
plan tell
plan ringing
t=0     caller calls                  -> dial A, dial B, tell ringing
t=0.1   dial A ok
t=0.1   dial B ok
t=0.2   tell ringing ok               -> nothing
t=3     A answers                     -> answer caller, hangup B
t=3.1   answer caller ok              -> bridge A
t=3.2   bridge A ok
t=3.3   A bridged                     -> record conversation
t=3.4   record conversation ok
t=3.5   B ended                       -> tell B ; B.outcome answered_elsewhere
t=3.6   tell B ok
t=20    A hangs up                    -> hangup caller, tell A
t=20.1  tell A ok
t=20.2  hangup caller refused 90018
t=21    caller recording saved        -> tell call, tell recording ; phase closed
t=21.1  tell call ok
t=21.2  tell recording ok             -> nothing ; next never
