# Row 2: A answers and the caller gives up in the same instant; the answer is processed first. That the caller is gone is
# learnt from the answer command: its error is a fact, not a failure.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3.0   A answers                     -> answer caller, hangup B ; winner A
t=3.1   answer caller refused 90018   -> hangup A ; phase closing ; outcome abandoned
t=3.1   caller hangs up               -> nothing
t=3.2   hangup A ok
t=3.2   hangup B ok
t=3.3   A ended
t=3.3   B ended                       -> nothing ; phase closed
