# Event types we do not know are accepted in every phase and change nothing.
ring A
t=0     caller does something         -> nothing ; phase none
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=1     caller does something         -> nothing ; phase ringing
t=3     A answers                     -> answer caller
t=3.1   caller does something         -> nothing ; phase answering
t=3.2   answer caller ok              -> bridge A
t=3.3   caller does something         -> nothing ; phase bridging
t=3.4   A bridged                     -> record conversation
t=3.5   caller does something         -> nothing ; phase connected
t=3.6   all ok
t=9     caller hangs up               -> hangup A
t=9.1   caller does something         -> nothing ; phase closing
t=9.2   caller recording saved
t=9.3   A ended                       -> nothing ; phase closed
t=9.4   caller does something         -> nothing ; phase closed
