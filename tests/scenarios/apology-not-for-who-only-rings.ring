# A phone that only rings is silenced in the claim's own step.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller, hangup B
t=3.05  B answers                     -> nothing ; B answered
