# Was: the webhook that tells of a voicemail's recording is lost, and the message with it. The records know.
ring nobody
t=0     caller calls                  -> answer caller
t=0.1   answer caller ok              -> speak greeting
t=0.2   speak greeting refused 10015  -> record message
t=0.3   record message ok
t=9     caller hangs up cause normal_clearing -> nothing ; phase closing ; next 24
t=24    time                          -> look
t=24.1  look finds caller recorded    -> nothing ; phase closed ; recording saved ; next never
