# Row 5: a leg ends before the response of its dial. The end is proved; the response only adds the id.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   A hangs up cause user_busy    -> nothing ; A ended ; phase ringing
t=0.2   dial A ok                     -> nothing ; A ended
t=0.2   dial B ok
t=0.3   A rings                       -> nothing ; A ended
t=5     B answers                     -> answer caller ; winner B
