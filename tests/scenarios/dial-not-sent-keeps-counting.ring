# Was: "not sent" set the count of tries back, so the next answer carried an event id that had been used and was dropped
# as a duplicate.
ring A
t=0     caller calls                  -> dial A
t=0.1   dial A not sent
t=0.6   time                          -> dial A again
t=0.7   dial A not sent
t=1.8   time                          -> dial A again
t=1.9   dial A ok                     -> nothing ; A ringing
