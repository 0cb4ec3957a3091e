# Was: the caller left while record_start had no answer yet, and recording.saved was lost: closed without a look.
ring nobody
t=0     caller calls                  -> answer caller
t=0.1   answer caller ok              -> speak greeting
t=0.2   speak greeting refused 10015  -> record message
t=0.3   caller hangs up               -> nothing ; phase closing ; next 15.3
t=15.3  time                          -> look
t=15.4  look finds caller recorded    -> nothing ; phase closed ; recording saved ; next never
