# A number with nobody to ring: straight to voicemail.
ring nobody
t=0     caller calls                  -> answer caller ; phase vm_answering
t=0.1   answer caller ok              -> speak greeting ; phase vm_greeting
t=0.2   speak greeting ok
t=5     caller heard greeting         -> record message
t=5.1   record message ok
t=9     caller recording saved        -> hangup caller ; phase closing
t=9.1   hangup caller ok
t=9.2   caller hangs up cause normal_clearing -> nothing ; phase closed
