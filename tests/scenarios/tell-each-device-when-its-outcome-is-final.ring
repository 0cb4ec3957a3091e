# The organisation's application hears of each device as soon as its outcome cannot change, of the call at its end, and
# of the recording when it is there.
ring A B C
plan tell
t=0     caller calls                  -> dial A, dial B, dial C
t=0.1   all ok
t=1     C declines                    -> nothing
t=3     A answers                     -> answer caller, hangup B
t=3.1   answer caller ok              -> bridge A
t=3.2   bridge A ok
t=3.3   A bridged                     -> record conversation, tell C
t=3.4   record conversation ok
t=3.4   hangup B ok
t=3.5   B ended                       -> tell B
t=3.6   tell B ok
t=3.6   tell C ok
t=20    A hangs up                    -> hangup caller, tell A
t=20.1  tell A ok
t=20.2  hangup caller refused 90018
t=21    caller recording saved        -> tell call, tell recording ; phase closed ; kept yes
t=21.1  tell call ok
t=21.2  tell recording ok             -> nothing ; next never ; kept no
