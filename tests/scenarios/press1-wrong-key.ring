# Row 22: another key is no answer. The leg is hung up without an apology, the others ring on.
ring A press1, B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> gather A
t=3.1   gather A ok
t=8     A presses 5                   -> hangup A ; phase ringing ; A.quit screen_failed
t=8.1   hangup A ok
t=8.2   A ended
t=9     B answers                     -> answer caller ; winner B
t=9.1   answer caller ok              -> bridge B
t=9.2   B bridged                     -> record conversation ; A.outcome failed ; A.reason unproved
