# No bridge was asked for the winner we lost: the caller's own "bridged" can only be about the second.
ring A B
plan hold 5
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller ; winner A
t=3.2   B answers                     -> nothing ; winner A
t=3.4   A hangs up                    -> nothing ; phase answering ; winner B
t=3.5   answer caller ok              -> bridge B ; phase bridging
t=3.6   bridge B ok
t=3.7   caller bridged                -> record conversation ; phase connected ; outcome answered
t=3.8   B hangs up cause normal_clearing -> hangup caller ; phase closing
