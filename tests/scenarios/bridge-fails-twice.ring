# R-027, R-028: the bridge is refused, tried again after exactly 500 ms, refused again: voicemail; the winner is hung up.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3.0   A answers                     -> answer caller, hangup B
t=3.1   all ok                        -> bridge A ; phase bridging
t=3.2   B ended
t=3.3   bridge A refused 90034        -> nothing ; phase bridging ; next 3.8
t=3.8   time                          -> bridge A
t=3.9   bridge A refused 90034        -> hangup A, speak greeting ; phase vm_greeting ; outcome voicemail
t=4.0   all ok
t=4.1   A ended
t=9     caller heard greeting         -> record message
t=9.1   record message ok
t=20    caller hangs up cause normal_clearing
t=21    caller recording saved        -> nothing ; phase closed ; outcome voicemail
