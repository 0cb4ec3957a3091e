# R-132: outside office hours nobody is rung, although there are devices.
voicemail A
t=0     caller calls                  -> answer caller ; phase vm_answering
t=0.1   answer caller ok              -> speak greeting ; A ended ; A.rang no
