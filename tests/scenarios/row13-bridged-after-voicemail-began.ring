# Row 13: the bridge is told of after the winner's end had sent the caller to voicemail: it is not believed to be up.
ring A
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=3     A answers                     -> answer caller
t=3.1   answer caller ok              -> bridge A
t=3.2   A hangs up                    -> speak greeting
t=3.3   A bridged                     -> nothing ; phase vm_greeting ; A ended
t=3.4   caller bridged                -> nothing ; phase vm_greeting
