# Everybody declines: voicemail at once.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=2     A declines                    -> nothing ; phase ringing
t=3     B declines                    -> answer caller ; phase vm_answering
t=3.1   answer caller ok              -> speak greeting
