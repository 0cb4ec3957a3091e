# The provider refuses the transfer for certain: voicemail at once.
transfer A
t=0     caller calls                  -> transfer A
t=0.1   transfer A refused 10015      -> answer caller ; phase vm_answering ; A ended_inferred ; A.outcome failed ; A.reason refused
