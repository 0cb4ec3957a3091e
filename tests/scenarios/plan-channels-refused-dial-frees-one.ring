# A dial that the provider refused takes no channel.
ring A B
plan channels 1
t=0     caller calls                  -> dial A
t=0.1   dial A refused 90041          -> dial B
