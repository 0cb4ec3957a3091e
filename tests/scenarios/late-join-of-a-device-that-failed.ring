# The device could not be reached before and has registered since: it gets a second leg of its own.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=1     B hangs up cause unallocated_number
t=6     device B ready                -> dial B2
t=6.1   dial B2 ok
t=9     B2 answers                    -> answer caller, hangup A ; winner B2 ; B.outcome none
t=9.1   all ok                        -> bridge B2
t=9.2   bridge B2 ok
t=9.3   B2 bridged                    -> record conversation ; B.outcome none
