# Row 12: the caller leaves while the bridge is being made. The winner is hung up, also when `bridged` comes later.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3.0   A answers                     -> answer caller, hangup B
t=3.1   all ok                        -> bridge A
t=3.2   caller hangs up cause normal_clearing -> hangup A ; phase closing
t=3.3   bridge A ok                   -> nothing
t=3.3   A bridged                     -> nothing ; phase closing
t=3.4   hangup A ok
t=3.5   A ended
t=3.5   B ended                       -> nothing ; phase closed
