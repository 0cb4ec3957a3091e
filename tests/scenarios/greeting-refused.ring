# No greeting is better than silence: the recording starts at once.
ring nobody
t=0     caller calls                  -> answer caller
t=0.1   answer caller ok              -> speak greeting
t=0.2   speak greeting refused 10015  -> record message ; phase vm_recording
