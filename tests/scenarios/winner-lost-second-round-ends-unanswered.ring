# The same, and B does not answer in its second time of ringing either.
ring A B
plan on_winner_lost ring_again
plan on_unanswered hangup
plan ring 5
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller, hangup B
t=3.1   all ok                        -> bridge A
t=3.2   B ended
t=3.3   A hangs up                    -> dial B2, speak hold
t=3.4   dial B2 ok
t=3.5   speak hold ok
t=8.3   time                          -> hangup caller, hangup B2 ; phase closing
t=8.4   all ok
t=8.5   B2 ended
t=8.6   caller hangs up               -> nothing ; phase closed ; outcome unanswered ; B2.outcome timed_out
