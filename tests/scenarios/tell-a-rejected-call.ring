# A blocked caller: the call is told of, devices there are none.
reject
plan tell
t=0     caller calls                  -> reject caller
t=0.1   reject caller ok
t=0.2   caller hangs up cause call_rejected -> tell call ; phase closed
