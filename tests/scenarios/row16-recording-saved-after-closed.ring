# Row 16: the recording arrives after everything else, also twice.
ring nobody
t=0     caller calls                  -> answer caller
t=0.1   answer caller ok              -> speak greeting
t=0.2   speak greeting refused 10015  -> record message
t=0.3   record message ok
t=9     caller hangs up cause normal_clearing -> nothing ; phase closing
t=24    time                          -> look
t=24.1  look finds caller ended
t=39    time                          -> look
t=39.1  look finds caller ended
t=54    time                          -> look
t=54.1  look finds caller ended
t=69    time                          -> nothing ; phase closed ; recording lost
t=99    caller recording saved        -> nothing ; phase closed ; recording saved
t=99.1  caller recording saved again  -> nothing ; phase closed ; next never
