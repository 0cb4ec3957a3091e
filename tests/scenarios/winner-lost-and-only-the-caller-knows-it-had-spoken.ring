# As winner-lost-and-it-had-spoken, but the first winner's own "bridged" is lost. The second's bridge was refused for
# certain, so the caller's word can only be about the first.
ring A B
plan hold 2
plan tell
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller ; winner A
t=3.1   B answers                     -> nothing ; winner A
t=3.2   answer caller ok              -> bridge A ; phase bridging
t=3.3   bridge A ok
t=3.4   A hangs up                    -> bridge B ; phase bridging ; winner B
t=3.5   caller hangs up cause normal_clearing -> hangup B ; phase closing ; outcome abandoned
t=3.6   bridge B refused 90018        -> nothing
t=3.7   caller bridged                -> nothing ; outcome answered
t=3.8   B ended                       -> tell A, tell B, tell call ; phase closed ; A.outcome answered ; B.outcome caller_cancelled
