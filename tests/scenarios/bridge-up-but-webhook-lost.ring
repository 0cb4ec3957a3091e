# Row 13, I7: the bridge is up and both webhooks are lost. The records prove it: the conversation is not killed.
ring A
t=0     caller calls                  -> dial A
t=0.1   all ok
t=3.0   A answers                     -> answer caller
t=3.1   answer caller ok              -> bridge A
t=3.2   bridge A ok
t=5.1   time                          -> bridge A
t=5.2   bridge A refused 90034        -> look
t=5.3   look finds A bridged, caller bridged -> record conversation ; phase connected ; outcome answered
t=5.4   record conversation ok
