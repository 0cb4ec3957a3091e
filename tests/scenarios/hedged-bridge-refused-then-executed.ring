# Was: both bridge attempts were refused, and we went to voicemail while another copy of the second was still on its way.
# Now only a look, after that copy can no longer be executed, ends the attempt.
ring A
t=0     caller calls                  -> dial A
t=0.1   all ok
t=3.0   A answers                     -> answer caller
t=3.1   answer caller ok              -> bridge A
t=3.2   bridge A refused 90034
t=3.7   time                          -> bridge A
t=4.3   time                          -> bridge A again
t=4.4   bridge A refused 90034 try 1  -> look ; phase bridging
t=4.5   bridge A ok try 2
t=4.6   caller bridged                -> record conversation ; phase connected
