# A device rings for its own time; when the provider's webhook about it is lost, we hang it up 2 s later.
ring A timeout 10, B timeout 25
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok                        -> nothing ; next 12
t=12    time                          -> hangup A ; A.quit expired ; phase ringing
t=12.1  hangup A refused 90018        -> nothing ; A ended
t=20    B answers                     -> answer caller ; winner B ; A.outcome none
