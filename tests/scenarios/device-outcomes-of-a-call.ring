# Outcome truth: each device has its own.
ring A, B, C press1, D, E
t=0     caller calls                  -> dial A, dial B, dial C, dial D, dial E
t=0.1   dial A ok
t=0.1   dial B ok
t=0.1   dial C ok
t=0.1   dial D ok
t=0.1   dial E refused 90041          -> nothing ; E.outcome none
t=1     B declines
t=2     C answers                     -> gather C
t=2.1   gather C ok
t=4     C presses nothing             -> hangup C
t=4.1   hangup C ok
t=4.2   C ended
t=5     A answers                     -> answer caller, hangup D ; D.outcome none
t=5.1   all ok                        -> bridge A
t=5.2   D ended
t=5.3   bridge A ok
t=5.4   A bridged                     -> record conversation ; A.outcome none ; B.outcome declined ; C.reason unproved ; D.outcome answered_elsewhere ; D.by A ; E.reason capacity
t=5.5   record conversation ok
t=9     A hangs up                    -> hangup caller ; A.outcome answered
t=9.1   hangup caller refused 90018
t=9.2   caller recording saved        -> nothing ; phase closed ; ledger 4
