# `speak.ended` never comes: after 30 s the recording starts all the same (R-139).
ring nobody
t=0     caller calls                  -> answer caller
t=0.1   answer caller ok              -> speak greeting
t=0.2   speak greeting ok             -> nothing ; next 30.1
t=30.1  time                          -> record message ; phase vm_recording
