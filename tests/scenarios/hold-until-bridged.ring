# Losers ring on until the bridge is up, and are hung up then. The held time means nothing from there on.
ring A B
plan hold 5
plan no_record
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller ; phase answering ; winner A
t=3.1   answer caller ok              -> bridge A ; phase bridging
t=3.2   bridge A ok
t=3.3   A bridged                     -> hangup B ; phase connected
t=3.4   hangup B ok
t=3.5   B ended                       -> nothing ; next 63.3
t=63.3  time                          -> look
