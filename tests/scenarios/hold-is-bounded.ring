# The bridge takes too long: after the held time the losers are hung up all the same.
ring A B
plan hold 1
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller
t=3.1   answer caller ok              -> bridge A
t=3.2   bridge A ok                   -> nothing ; next 4
t=4     time                          -> hangup B ; phase bridging
