# A device whose moment came while no channel was free waits for the channel, not for the clock.
ring A timeout 10, B after 2
plan channels 1
t=0     caller calls                  -> dial A
t=0.1   dial A ok                     -> nothing ; next 12
t=9     A declines                    -> dial B
