# Cancelled during the greeting.
ring nobody
t=0     caller calls                  -> answer caller
t=0.1   answer caller ok              -> speak greeting
t=0.2   speak greeting ok
t=2     operator cancels              -> hangup caller ; phase closing ; outcome voicemail
