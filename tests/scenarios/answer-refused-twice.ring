# The caller's call cannot be answered at all: the caller is let go, the winner too.
ring A
t=0     caller calls                  -> dial A
t=0.1   all ok
t=3     A answers                     -> answer caller
t=3.1   answer caller refused 10007   -> answer caller
t=3.2   answer caller refused 10007   -> hangup A, hangup caller ; phase closing ; outcome failed
t=3.3   all ok
t=3.4   A ended
t=3.4   caller hangs up               -> nothing ; phase closed ; outcome failed
