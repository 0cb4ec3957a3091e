# A second copy of the transfer is answered with "call has ended" while the two talk: it was the first that was executed.
transfer A
t=0     caller calls                  -> transfer A
t=0.3   A rings
t=0.7   A answers
t=0.8   A bridged                     -> record conversation ; phase connected
t=0.9   transfer A refused 90018      -> nothing ; phase connected
