# Row 15: the caller leaves during the greeting: nothing was recorded and nothing is waited for.
ring nobody
t=0     caller calls                  -> answer caller
t=0.1   answer caller ok              -> speak greeting
t=0.2   speak greeting ok
t=2     caller hangs up cause normal_clearing -> nothing ; phase closed ; outcome voicemail ; next never
