# Row 9: the winner puts the phone down before the bridge. The caller goes to voicemail; nothing is bridged.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3.0   A answers                     -> answer caller, hangup B
t=3.05  A hangs up                    -> nothing ; phase vm_answering ; winner A
t=3.1   hangup B ok
t=3.1   B ended
t=3.1   answer caller ok              -> speak greeting ; phase vm_greeting
t=3.2   speak greeting ok
t=8     caller heard greeting         -> record message ; phase vm_recording
