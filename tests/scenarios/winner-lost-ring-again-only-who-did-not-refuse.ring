# Who said no is not rung again, nor is a machine; busy is a no, too.
ring A, B, C amd, D
plan on_winner_lost ring_again
t=0     caller calls                  -> dial A, dial B, dial C, dial D
t=0.1   all ok
t=1     B declines
t=2     C is a machine                -> hangup C
t=2.1   hangup C ok
t=2.2   C ended
t=3     A answers                     -> answer caller, hangup D
t=3.1   all ok                        -> bridge A
t=3.2   D ended
t=3.3   A hangs up                    -> dial D2, speak hold ; phase ringing
