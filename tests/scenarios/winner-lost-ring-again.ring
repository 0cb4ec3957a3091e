# The plan says: ring the others once more. Each gets a further leg, but not before its old one has ended; the answered
# caller is told to hold.
ring A B C
plan on_winner_lost ring_again
t=0     caller calls                  -> dial A, dial B, dial C
t=0.1   all ok
t=3     A answers                     -> answer caller, hangup B, hangup C
t=3.1   all ok                        -> bridge A
t=3.2   B ended
t=3.3   A hangs up                    -> dial B2, speak hold ; phase ringing ; C2 planned
t=3.4   C ended                       -> dial C2
t=3.5   all ok
t=9     B2 answers                    -> bridge B2, hangup C2 ; winner B2 ; phase bridging
t=9.1   all ok
t=9.2   B2 bridged                    -> record conversation ; phase connected
t=9.3   record conversation ok
t=9.4   C2 ended                      -> nothing ; A.outcome failed ; B.outcome none ; C.outcome none ; C2.outcome answered_elsewhere ; C2.by B
