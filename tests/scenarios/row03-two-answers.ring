# Row 3: two people pick up in the same millisecond. The first one committed wins, the other is hung up, once.
ring A B C
t=0     caller calls                  -> dial A, dial B, dial C
t=0.1   all ok
t=3.0   A answers                     -> answer caller, hangup B, hangup C ; winner A ; phase answering
t=3.0   B answers                     -> nothing ; winner A ; B answered
t=3.1   all ok                        -> bridge A
t=3.2   C ended
t=3.2   bridge A ok
t=3.3   caller bridged                -> record conversation ; phase connected
t=3.3   record conversation ok
t=3.4   B ended                       -> nothing ; winner A ; phase connected
