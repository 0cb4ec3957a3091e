# Row 9, the default: who took the call is gone before the bridge; the caller goes to voicemail.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller, hangup B
t=3.1   A hangs up                    -> nothing ; phase vm_answering
t=3.2   all ok                        -> speak greeting ; outcome voicemail
