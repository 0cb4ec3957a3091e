# The caller leaves before the bridge: everybody is hung up.
ring A B
plan hold 5
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller
t=3.1   caller hangs up               -> hangup A, hangup B ; phase closing
