# Row 16: the recording is told of before the caller's hangup: it is merged, and the end waits for nothing.
ring A
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=3     A answers                     -> answer caller
t=3.1   answer caller ok              -> bridge A
t=3.2   bridge A ok
t=3.3   A bridged                     -> record conversation
t=3.4   record conversation ok
t=20    caller recording saved        -> nothing ; phase connected
t=20.1  A hangs up                    -> hangup caller
t=20.2  caller hangs up               -> nothing ; phase closed ; recording saved
