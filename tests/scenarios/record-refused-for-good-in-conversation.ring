# Was: after the third refusal the retry deadline stayed behind and ticks came without end. The conversation goes on.
ring A
t=0     caller calls                  -> dial A
t=0.1   all ok
t=3.0   A answers                     -> answer caller
t=3.1   answer caller ok              -> bridge A
t=3.3   A bridged                     -> record conversation ; phase connected
t=3.3   bridge A ok
t=3.4   record conversation refused 90020
t=8.4   time                          -> record conversation
t=8.5   record conversation refused 90020
t=13.5  time                          -> record conversation
t=13.6  record conversation refused 90020 -> nothing ; phase connected
t=63.3  time                          -> look ; phase connected
