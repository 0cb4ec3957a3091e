# The second round has the plan's delays and its own T_ring.
ring A, B, C after 4
plan on_winner_lost ring_again
plan ring 10
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller, hangup B ; C ended
t=3.1   all ok                        -> bridge A
t=3.2   B ended
t=3.3   A hangs up                    -> dial B2, speak hold
t=3.4   all ok                        -> nothing ; next 7.3
t=7.3   time                          -> dial C2
t=7.4   dial C2 ok                    -> nothing ; next 13.3
t=13.3  time                          -> hangup B2, hangup C2, speak greeting
