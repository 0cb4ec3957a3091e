# The same when nobody is left to ring.
ring A
plan on_unanswered hangup
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=3     A declines                    -> hangup caller ; phase closing ; outcome unanswered ; A.outcome declined
