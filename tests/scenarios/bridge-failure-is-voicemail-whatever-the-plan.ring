# R-147: it was the bridge that failed, not the person: nobody is rung again, the caller goes to voicemail.
ring A B
plan on_winner_lost ring_again
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller, hangup B
t=3.1   all ok                        -> bridge A
t=3.2   B ended
t=3.3   bridge A refused 90034
t=3.8   time                          -> bridge A
t=3.9   bridge A refused 90034        -> hangup A, speak greeting ; phase vm_greeting
t=4     all ok
t=4.1   A ended                       -> nothing ; A.outcome failed ; A.reason bridge
