# Row 9: the winner is gone when the bridge is on its way. Its refusal harms nothing.
ring A
t=0     caller calls                  -> dial A
t=0.1   all ok
t=3.0   A answers                     -> answer caller
t=3.1   answer caller ok              -> bridge A
t=3.2   A hangs up                    -> speak greeting ; phase vm_greeting ; outcome voicemail
t=3.3   bridge A refused 90018        -> nothing ; phase vm_greeting
