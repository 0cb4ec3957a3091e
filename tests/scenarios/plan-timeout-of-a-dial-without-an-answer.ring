# A dial was never answered and the device's time is over: it is not sent again; the records are read, for the phone may
# ring (I6).
ring A timeout 5, B
t=0     caller calls                  -> dial A, dial B
t=0.1   dial B ok
t=0.6   time                          -> dial A again
t=1.8   time                          -> dial A again
t=4.2   time                          -> dial A again
t=7     time                          -> nothing ; A.quit expired ; next 8
t=8     time                          -> look
t=8.1   look finds A ringing          -> hangup A ; phase ringing
