# Two winners are lost, one after the other: in each search the caller is asked to hold, by a prompt of its own.
ring A B
plan hold 5
plan on_winner_lost ring_again
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller
t=3.3   answer caller ok              -> bridge A
t=3.4   A hangs up                    -> speak hold ; phase ringing
t=3.5   speak hold ok
t=3.6   bridge A refused 90018        -> nothing ; phase ringing
t=6     B answers                     -> bridge B ; winner B ; phase bridging
t=6.1   B hangs up                    -> dial A2, speak hold ; phase ringing
t=6.2   bridge B refused 90018        -> nothing ; phase ringing
t=6.3   all ok
t=16.1  time                          -> speak hold
t=16.2  speak hold ok
t=20    A2 answers                    -> bridge A2 ; winner A2
t=20.1  bridge A2 ok
t=20.2  A2 bridged                    -> record conversation ; phase connected
