# The two talked, but the caller's hangup overtook the bridge's webhooks: the call was answered, not abandoned.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3.0   A answers                     -> answer caller, hangup B
t=3.1   all ok                        -> bridge A
t=3.6   caller hangs up cause normal_clearing -> hangup A ; phase closing ; outcome abandoned
t=3.7   A ended
t=3.8   caller bridged                -> nothing ; outcome answered
t=3.9   B ended                       -> nothing ; phase closed
