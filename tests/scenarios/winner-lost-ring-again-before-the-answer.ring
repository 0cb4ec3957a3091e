# The winner is lost before the caller was answered: the caller still hears ringing and is told nothing.
ring A B
plan on_winner_lost ring_again
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller, hangup B
t=3.1   B ended
t=3.2   A hangs up                    -> dial B2 ; phase ringing
t=3.3   dial B2 ok
t=3.4   answer caller ok              -> speak hold ; phase ringing
