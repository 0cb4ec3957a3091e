# The same, and they did not: the winner is told at the end.
ring A B
plan tell
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller, hangup B
t=3.1   caller hangs up               -> hangup A ; outcome abandoned
t=3.2   A ended                       -> nothing ; A.outcome none
t=3.3   B ended                       -> tell A, tell B, tell call ; A.outcome caller_cancelled ; B.outcome answered_elsewhere
