# Row 6: dial responses and `initiated` that come after the decision: each leg is hung up the moment its id is known.
ring A B C
t=0     caller calls                  -> dial A, dial B, dial C
t=0.1   dial A ok
t=0.5   A answers                     -> answer caller ; winner A
t=0.55  answer caller ok              -> bridge A
t=0.6   dial B ok                     -> hangup B
t=0.7   C rings                       -> hangup C
t=0.75  all ok
t=0.8   C answers                     -> nothing ; winner A
t=0.9   B ended
t=0.9   C ended
t=1.0   caller bridged                -> record conversation
