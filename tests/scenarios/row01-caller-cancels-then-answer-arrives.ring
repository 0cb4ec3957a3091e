# Row 1: the caller gives up and A answers in the same instant; the cancel is processed first.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3.0   caller hangs up               -> hangup A, hangup B ; phase closing ; outcome abandoned
t=3.0   A answers                     -> nothing ; winner none
t=3.1   hangup A ok
t=3.1   hangup B ok
t=3.2   A ended
t=3.2   B ended cause originator_cancel -> nothing ; phase closed ; outcome abandoned ; next never
