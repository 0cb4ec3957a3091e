# I7: the records show that the two talk. The conversation is not killed.
transfer A timeout 20
t=0     caller calls                  -> transfer A
t=0.1   transfer A ok
t=0.3   A rings
t=25    time                          -> look
t=25.1  look finds A bridged, caller bridged -> record conversation ; phase connected
