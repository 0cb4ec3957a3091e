# Losers ring on until the bridge is up, and are hung up then.
ring A B
plan hold 5
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller ; phase answering ; winner A
t=3.1   answer caller ok              -> bridge A ; phase bridging
t=3.2   bridge A ok
t=3.3   A bridged                     -> record conversation, hangup B ; phase connected
