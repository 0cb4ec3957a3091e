# R-143: the records alone show the message. An application that is told late and without a URL still knows that there
# is one.
ring nobody
plan tell
t=0     caller calls                  -> answer caller
t=0.1   answer caller ok              -> speak greeting
t=0.2   speak greeting refused 10015  -> record message
t=0.3   record message ok
t=9     caller hangs up               -> nothing ; phase closing ; next 24
t=24    time                          -> look
t=24.1  look finds caller recorded    -> tell call ; phase closed ; recording saved
t=24.2  tell call ok                  -> nothing ; next 84.1
t=84.1  time                          -> tell recording
t=84.2  tell recording ok             -> nothing ; next never
