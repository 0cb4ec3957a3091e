# The winner is lost before the bridge, and another held device has answered meanwhile: it gets the call at once.
ring A B C
plan hold 5
t=0     caller calls                  -> dial A, dial B, dial C
t=0.1   all ok
t=3     A answers                     -> answer caller ; winner A
t=3.2   B answers                     -> nothing ; winner A
t=3.4   A hangs up                    -> nothing ; phase answering ; winner B
t=3.5   answer caller ok              -> bridge B ; phase bridging
t=3.6   bridge B ok
t=3.7   B bridged                     -> record conversation, hangup C ; phase connected ; outcome answered ; winner B
t=3.8   all ok
t=3.9   C ended                       -> nothing ; A.outcome failed ; A.reason left ; C.outcome answered_elsewhere ; C.by B
