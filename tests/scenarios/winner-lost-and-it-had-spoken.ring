# The two did talk, for a moment: the end of the first winner overtakes the word of its bridge, and a held device takes
# over. Who spoke is told when the proofs are in; the second never got the caller.
ring A B C
plan hold 2
plan tell
t=0     caller calls                  -> dial A, dial B, dial C
t=0.1   all ok
t=3     A answers                     -> answer caller ; winner A
t=3.1   B answers                     -> nothing ; winner A
t=3.2   answer caller ok              -> bridge A ; phase bridging
t=3.3   bridge A ok
t=3.4   A hangs up                    -> bridge B ; phase bridging ; winner B
t=3.5   caller bridged                -> nothing ; phase bridging
t=3.6   caller hangs up cause normal_clearing -> hangup B, hangup C ; phase closing ; outcome answered
t=3.7   C ended                       -> nothing
t=3.8   A bridged                     -> nothing
t=3.9   B ended                       -> tell A, tell B, tell C, tell call ; phase closed ; A.outcome answered ; B.outcome caller_cancelled ; C.outcome answered_elsewhere ; C.by A
