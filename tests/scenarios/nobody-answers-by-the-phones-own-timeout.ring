# The provider's own ring timeout ends the legs first: same road, and voicemail begins exactly once (R-136).
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=25    A hangs up cause timeout      -> nothing ; phase ringing
t=25    B hangs up cause timeout      -> answer caller ; phase vm_answering
t=25.2  answer caller ok              -> speak greeting ; phase vm_greeting
