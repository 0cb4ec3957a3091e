# As late as can be: everything is proved ended, and then it is told that the two talked. The call was answered, the
# device took it, and nobody has missed it.
ring A
t=0     caller calls                  -> dial A
t=0.1   all ok
t=3.0   A answers                     -> answer caller
t=3.1   all ok                        -> bridge A
t=3.6   caller hangs up cause normal_clearing -> hangup A ; phase closing ; outcome abandoned
t=3.7   A ended                       -> nothing ; phase closed ; outcome abandoned ; A.outcome caller_cancelled ; ledger 1
t=3.9   A bridged                     -> nothing ; phase closed ; outcome answered ; A.outcome answered ; ledger 0
t=4.0   caller bridged                -> nothing ; outcome answered ; ledger 0
