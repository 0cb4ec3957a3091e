# Row 3: the first we hear of B is its answer, 300 ms after A's. B hears why, for at most 4 s.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   dial A ok
t=0.2   A answers                     -> answer caller ; winner A
t=0.3   answer caller ok              -> bridge A
t=0.5   B answers                     -> apologise B ; B answered ; winner A
t=0.5   dial B ok
t=0.6   apologise B ok
t=0.6   bridge A ok                   -> nothing ; next 2.3
t=0.7   A bridged                     -> record conversation ; next 1.3
t=0.8   record conversation ok        -> nothing ; next 4.5
t=4.5   time                          -> hangup B
t=4.6   hangup B refused 90018        -> nothing ; B ended ; B.outcome answered_elsewhere ; B.by A
