# Row 10: the first bridge is refused, the second one after 500 ms works.
ring A
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=3     A answers                     -> answer caller
t=3.1   answer caller ok              -> bridge A
t=3.2   bridge A refused 90034
t=3.7   time                          -> bridge A
t=3.8   bridge A ok
t=3.9   A bridged                     -> record conversation ; phase connected
