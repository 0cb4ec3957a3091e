# Was: "recording started" arriving after the caller had left opened a wait that had no end.
ring nobody
t=0     caller calls                  -> answer caller
t=0.1   answer caller ok              -> speak greeting
t=0.2   speak greeting refused 10015  -> record message
t=0.3   caller hangs up               -> nothing ; phase closing
t=0.4   record message ok             -> nothing ; phase closing ; next 15.3
t=15.3  time                          -> look
t=15.4  look finds caller ended
t=30.3  time                          -> look
t=30.4  look finds caller ended
t=45.3  time                          -> look
t=45.4  look finds caller ended
t=60.3  time                          -> nothing ; phase closed ; recording lost ; next never
