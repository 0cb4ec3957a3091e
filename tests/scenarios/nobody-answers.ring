# Nobody answers within 30 s: voicemail with greeting and recording.
ring A B
t=0     caller calls                  -> dial A, dial B ; next 0.6
t=0.1   all ok                        -> nothing ; next 30
t=30    time                          -> answer caller, hangup A, hangup B ; phase vm_answering
t=30.1  all ok                        -> speak greeting ; phase vm_greeting ; outcome voicemail
t=30.2  A ended
t=30.2  B ended
t=30.2  speak greeting ok
t=35    caller heard greeting         -> record message ; phase vm_recording
t=35.1  record message ok
t=60    caller hangs up cause normal_clearing -> nothing ; phase closing
t=61    caller recording saved        -> nothing ; phase closed ; outcome voicemail ; recording saved ; next never
