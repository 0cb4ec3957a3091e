# R-134: one device. The provider rings and bridges it by itself; the caller hears its ringing.
transfer A
t=0     caller calls                  -> transfer A ; phase transferring ; winner A
t=0.1   transfer A ok                 -> nothing ; next 5.1
t=0.3   A rings                       -> nothing ; A ringing ; next 35
t=4     A answers                     -> nothing ; phase transferring ; next 6
t=4.1   A bridged                     -> record conversation ; phase connected ; outcome answered
t=4.2   caller bridged
t=4.2   record conversation ok
t=20    A hangs up                    -> hangup caller ; phase closing
t=20.1  hangup caller refused 90018
t=21    caller recording saved        -> nothing ; phase closed ; A.outcome answered ; ledger 0
