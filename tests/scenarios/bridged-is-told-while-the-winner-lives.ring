# The caller's hangup overtakes the bridge's webhooks, and the winner's comes while it is still being hung up: they talked.
ring A
t=0     caller calls                  -> dial A
t=0.1   all ok
t=3.0   A answers                     -> answer caller
t=3.1   all ok                        -> bridge A
t=3.6   caller hangs up cause normal_clearing -> hangup A ; phase closing ; outcome abandoned
t=3.7   A bridged                     -> nothing ; phase closing ; outcome answered
t=3.8   A ended                       -> nothing ; phase closed ; outcome answered ; A.outcome answered ; ledger 0
