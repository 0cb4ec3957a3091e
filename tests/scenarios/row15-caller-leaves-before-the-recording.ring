# Row 15: the caller leaves between greeting and recording: whether there is one only the records know.
# That they have none is a valid proof.
ring nobody
t=0     caller calls                  -> answer caller
t=0.1   answer caller ok              -> speak greeting
t=0.2   speak greeting ok
t=5     caller heard greeting         -> record message
t=5.1   caller hangs up cause normal_clearing -> nothing ; phase closing
t=5.2   record message refused 90018  -> nothing ; phase closing
t=20.1  time                          -> look
t=20.2  look finds caller ended
t=35.1  time                          -> look
t=35.2  look finds caller ended
t=50.1  time                          -> look
t=50.2  look finds caller ended
t=65.1  time                          -> nothing ; phase closed ; recording lost
