# Everybody is rung again once, not for ever: the second time the caller goes to voicemail.
ring A B C
plan on_winner_lost ring_again
t=0     caller calls                  -> dial A, dial B, dial C
t=0.1   all ok
t=3     A answers                     -> answer caller, hangup B, hangup C
t=3.1   all ok                        -> bridge A
t=3.2   B ended
t=3.2   C ended
t=3.3   A hangs up                    -> dial B2, dial C2, speak hold
t=3.4   all ok
t=6     B2 answers                    -> bridge B2, hangup C2
t=6.1   all ok
t=6.2   B2 hangs up                   -> speak greeting ; phase vm_greeting ; winner B2
