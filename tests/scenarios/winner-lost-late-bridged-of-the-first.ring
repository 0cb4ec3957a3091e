# "Bridged" of the winner we lost is told late, about the caller: it says nothing about the second round.
ring A B
plan on_winner_lost ring_again
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller, hangup B
t=3.1   all ok                        -> bridge A
t=3.2   B ended
t=3.3   A hangs up                    -> dial B2, speak hold
t=3.4   caller bridged                -> nothing ; phase ringing
t=3.5   all ok
t=6     B2 answers                    -> bridge B2 ; phase bridging
