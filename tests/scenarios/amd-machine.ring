# Row 22: a machine never wins. The leg is hung up, the others ring on.
ring A amd, B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers
t=6     A is a machine                -> hangup A ; phase ringing ; A.quit screen_failed
t=6.1   hangup A ok
t=6.2   A ended
t=7     B answers                     -> answer caller ; winner B
t=7.1   answer caller ok              -> bridge B
t=7.2   B bridged                     -> record conversation ; A.outcome failed ; A.reason machine
