# Nobody is left to ring: the one we lost was the only one. Voicemail.
ring A
plan on_winner_lost ring_again
t=0     caller calls                  -> dial A
t=0.1   all ok
t=3     A answers                     -> answer caller
t=3.1   answer caller ok              -> bridge A
t=3.2   A hangs up                    -> speak greeting ; phase vm_greeting
