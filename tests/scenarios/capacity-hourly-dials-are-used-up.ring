# Row 20: the provider allows no more dials in this hour. That is no device that cannot be reached.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   dial A refused 90103          -> nothing ; A ended_inferred ; phase ringing
t=0.1   dial B ok
t=4     B answers                     -> answer caller ; winner B
t=4.1   all ok                        -> bridge B
t=4.2   bridge B ok
t=4.3   B bridged                     -> record conversation ; A.reason capacity
