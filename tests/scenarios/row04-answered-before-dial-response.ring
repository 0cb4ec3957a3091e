# Row 4: the phone is picked up before the dial's own response and before `initiated`: the webhook's client_state says who
# it is. The late response changes nothing (R-033).
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.2   A answers                     -> answer caller ; winner A
t=0.25  answer caller ok              -> bridge A
t=0.3   B rings                       -> hangup B
t=0.3   dial A ok                     -> nothing ; A accepted
t=0.3   A rings                       -> nothing ; A accepted
t=0.3   dial B ok
t=0.35  hangup B ok
t=0.4   B ended
t=0.4   bridge A ok
t=0.5   A bridged                     -> record conversation ; phase connected ; A.rang yes
