# The caller's hangup overtakes `initiated`: nothing may ring for a caller who is gone.
ring A
t=0     caller hangs up               -> nothing ; phase closed
t=0.1   caller calls                  -> nothing ; phase closed ; next never
