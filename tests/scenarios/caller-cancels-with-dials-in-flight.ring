# R-025: the caller cancels while two dials are still unanswered: each leg is hung up the moment its id is known.
ring A B C
t=0     caller calls                  -> dial A, dial B, dial C
t=0.1   dial A ok
t=0.3   caller hangs up               -> hangup A ; phase closing ; outcome abandoned
t=0.35  hangup A ok
t=0.4   dial B ok                     -> hangup B
t=0.5   C rings                       -> hangup C
t=0.5   dial C ok                     -> nothing
t=0.55  all ok
t=0.6   A ended
t=0.6   B ended
t=0.6   C ended                       -> nothing ; phase closed ; outcome abandoned ; next never
