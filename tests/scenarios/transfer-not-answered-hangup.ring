# The plan says that nobody speaks to a machine.
transfer A
plan on_unanswered hangup
t=0     caller calls                  -> transfer A
t=0.1   transfer A ok
t=5     A declines                    -> hangup caller ; phase closing ; outcome unanswered ; A.outcome declined
