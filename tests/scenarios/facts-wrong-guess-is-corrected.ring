# An end that was concluded and revoked leaves no cause behind.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   dial B ok
t=0.2   dial A refused 90041          -> nothing ; A.cause dial_refused_90041 ; A ended_inferred
t=0.5   A rings                       -> nothing ; A ringing ; A.cause none
t=4     A declines                    -> nothing ; A.cause call_rejected ; A.ended_at 4
