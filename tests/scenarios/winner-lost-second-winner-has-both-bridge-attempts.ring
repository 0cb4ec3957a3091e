# What was tried for the winner we lost does not count against the second one.
ring A B
plan on_winner_lost ring_again
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller, hangup B
t=3.1   all ok                        -> bridge A
t=3.2   B ended
t=3.3   bridge A refused 90034
t=3.8   time                          -> bridge A
t=3.9   A hangs up                    -> dial B2, speak hold
t=4     all ok
t=6     B2 answers                    -> bridge B2 ; winner B2
t=6.1   bridge B2 refused 90034       -> nothing ; phase bridging
t=6.6   time                          -> bridge B2
t=6.7   bridge B2 ok
t=6.8   B2 bridged                    -> record conversation
