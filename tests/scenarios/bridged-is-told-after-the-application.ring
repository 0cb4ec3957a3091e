# An application was told that the caller had gone. It is not told another story, and nobody else is.
ring A
plan tell
t=0     caller calls                  -> dial A
t=0.1   all ok
t=3.0   A answers                     -> answer caller
t=3.1   all ok                        -> bridge A
t=3.6   caller hangs up cause normal_clearing -> hangup A ; phase closing ; outcome abandoned
t=3.7   A ended                       -> tell A, tell call ; phase closed ; outcome abandoned ; ledger 1
t=3.8   all ok
t=3.9   A bridged                     -> nothing ; outcome abandoned ; A.outcome caller_cancelled ; ledger 1
t=4.0   caller bridged                -> nothing ; outcome abandoned ; A.outcome caller_cancelled ; ledger 1
