# R-029, R-075: record_start is refused, the conversation goes on, and it is tried again after 5 s.
ring A
t=0     caller calls                  -> dial A
t=0.1   all ok
t=3.0   A answers                     -> answer caller
t=3.1   answer caller ok              -> bridge A
t=3.2   bridge A ok
t=3.3   A bridged                     -> record conversation ; phase connected
t=3.4   record conversation refused 90020 -> nothing ; phase connected ; next 8.4
t=8.4   time                          -> record conversation
t=8.5   record conversation ok        -> nothing ; phase connected
