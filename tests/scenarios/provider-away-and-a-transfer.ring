# The only device was to be rung by a transfer that could not be sent, and the caller leaves: nothing of the call is left.
transfer A
t=0     caller calls                       -> transfer A
t=0     caller hangs up                    -> nothing ; phase closing
t=0.1   transfer A not sent after 5        -> nothing ; phase closed ; next never
