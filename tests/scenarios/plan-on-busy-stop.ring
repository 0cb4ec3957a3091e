# Somebody is on the phone: the caller is not kept waiting for the other devices.
ring A B
plan on_busy stop
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=1     B declines                    -> nothing ; phase ringing
t=2     A hangs up cause user_busy    -> answer caller ; phase vm_answering ; A.outcome failed ; A.reason busy
