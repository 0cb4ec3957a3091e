# The winner is gone and the other rings again: a caller who was answered hears the prompt every ten seconds, not silence.
ring A B
plan on_winner_lost ring_again
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller, hangup B
t=3.1   all ok                        -> bridge A
t=3.2   B ended
t=3.3   A hangs up                    -> dial B2, speak hold
t=3.4   all ok
t=8     caller heard hold             -> nothing ; phase ringing ; next 13.3
t=13.3  time                          -> speak hold
t=13.4  speak hold ok
t=18    caller heard hold             -> nothing ; phase ringing ; next 23.3
t=20    B2 answers                    -> bridge B2 ; winner B2
t=20.1  bridge B2 ok
t=20.2  B2 bridged                    -> record conversation ; phase connected
