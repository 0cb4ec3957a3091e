# Nothing is wrong: the looks change nothing, come a minute apart, and end with the ringing.
ring A timeout 150
plan ring 150
t=0     caller calls                  -> dial A
t=0.1   all ok
t=60    time                          -> look
t=60.1  look finds A ringing          -> nothing ; phase ringing ; next 120
t=120   time                          -> look
t=120.1 look unknown                  -> nothing ; phase ringing ; next 150
t=130   A answers                     -> answer caller
t=130.1 answer caller ok              -> bridge A
t=130.2 A bridged                     -> record conversation ; phase connected
t=130.3 all ok                        -> nothing ; next 190.2
