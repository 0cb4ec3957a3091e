# R-084: caller and winner are on the phone, and the bridge cannot be sent for 20 s. It is the same attempt all the time,
# no look is needed to know that it was not made, and they are connected when the provider is back.
ring A
t=0     caller calls                       -> dial A
t=0.1   dial A ok
t=3     A answers                          -> answer caller
t=3.1   answer caller ok                   -> bridge A ; phase bridging
t=3.1   bridge A not sent after 5          -> nothing ; next 5.1
t=8.1   time                               -> bridge A again
t=8.1   bridge A not sent after 5
t=13.1  time                               -> bridge A again
t=13.1  bridge A not sent after 5
t=18.1  time                               -> bridge A again
t=18.1  bridge A not sent after 5
t=23.1  time                               -> bridge A again
t=23.2  bridge A ok                        -> nothing ; phase bridging
t=23.3  A bridged                          -> record conversation ; phase connected
