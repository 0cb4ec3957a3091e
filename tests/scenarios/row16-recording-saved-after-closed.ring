# Row 16, R-143: the recording arrives after everything else, also twice. The application hears of it once all the same.
ring nobody
plan tell
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
t=69    time                          -> tell call ; phase closed ; recording lost
t=69.1  tell call ok                  -> nothing ; next never
t=99    caller recording saved        -> tell recording ; phase closed ; recording saved
t=99.1  caller recording saved again  -> nothing ; phase closed
t=99.2  tell recording ok             -> nothing ; next never
