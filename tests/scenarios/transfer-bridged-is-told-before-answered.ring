# The device hangs up before its own `answered` is told: the caller's `bridged` says that the two did talk.
transfer A
plan no_record
plan tell
t=0     caller calls                  -> transfer A
t=0.1   transfer A ok
t=0.2   A rings
t=2     caller answered
t=2.1   caller bridged                -> nothing ; phase connected ; outcome answered
t=3     A hangs up                    -> hangup caller, tell A ; A.outcome answered
t=3.1   hangup caller refused 90018   -> tell call ; phase closed ; ledger 0
t=3.2   A answers                     -> nothing ; A.outcome answered
