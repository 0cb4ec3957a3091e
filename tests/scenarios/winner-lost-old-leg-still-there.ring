# A leg of the first round whose end is not proved stays unwanted in the second, and its answer wins nothing (I3).
ring A B
plan on_winner_lost ring_again
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller, hangup B
t=3.1   all ok                        -> bridge A
t=3.3   A hangs up                    -> speak hold ; phase ringing ; B2 planned
t=3.4   B answers                     -> nothing ; phase ringing
t=3.5   all ok
t=8     time                          -> hangup B
t=8.1   hangup B refused 90018        -> dial B2 ; phase ringing
