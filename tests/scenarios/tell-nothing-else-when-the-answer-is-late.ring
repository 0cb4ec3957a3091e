# The caller leaves while we answer. The call is told; that the answer was carried out is learnt later, and changes
# nothing of what the application hears again when it has not taken it (I16).
ring A
plan tell
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=30    time                          -> answer caller, hangup A
t=30.1  A hangs up cause timeout      -> tell A
t=30.2  caller hangs up               -> tell call ; phase closed ; outcome abandoned ; caller.answered_at never
t=30.3  answer caller ok              -> nothing ; caller.answered_at never
t=30.4  tell A ok
t=30.4  tell call ok                  -> nothing
