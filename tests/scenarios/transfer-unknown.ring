# No answer to the request: the same one again with its own id. A refused second copy says nothing about the first.
transfer A
t=0     caller calls                  -> transfer A
t=0.6   time                          -> transfer A again
t=0.7   transfer A refused 90041 try 2 -> nothing ; phase transferring ; A dialing
t=1     A rings                       -> nothing ; A ringing
t=3     A bridged                     -> record conversation
