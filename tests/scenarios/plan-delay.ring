# A device with a delay is dialled when its moment has come, not before.
ring A, B after 5
t=0     caller calls                  -> dial A ; next 0.6
t=0.1   dial A ok                     -> nothing ; next 5 ; B planned
t=5     time                          -> dial B
t=5.1   dial B ok
t=7     B answers                     -> answer caller, hangup A ; winner B
