# A device that was rung twice is told of once.
ring A B
plan on_winner_lost ring_again
plan tell
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller, hangup B
t=3.1   all ok                        -> bridge A
t=3.2   B ended
t=3.3   A hangs up                    -> dial B2, speak hold
t=3.4   all ok
t=6     B2 declines                   -> speak greeting, tell A, tell B2 ; A.reason left ; B2.outcome declined
