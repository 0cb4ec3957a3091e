# The same, and nobody else answers: T_ring counts from the first dial.
ring A B
plan hold 5
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=28    A answers                     -> answer caller
t=28.1  A hangs up                    -> nothing ; phase ringing ; next 30
t=28.2  answer caller ok              -> speak hold
t=28.3  speak hold ok
t=30    time                          -> hangup B, speak greeting ; phase vm_greeting
