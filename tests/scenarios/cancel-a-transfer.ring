# Cancelled while the provider rings the device: its leg is hung up as soon as it is known.
transfer A
t=0     caller calls                  -> transfer A
t=0.1   transfer A ok
t=2     operator cancels              -> hangup caller ; phase closing ; outcome cancelled
t=2.1   A rings                       -> hangup A
