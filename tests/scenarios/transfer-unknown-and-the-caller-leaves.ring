# No answer to the request, and the caller leaves: the leg may ring all the same, so it is looked for and hung up.
transfer A
t=0     caller calls                  -> transfer A
t=0.2   transfer A unknown            -> nothing
t=0.3   caller hangs up               -> nothing ; phase closing ; A dialing
t=1.3   time                          -> look
t=1.4   look finds A ringing          -> hangup A
t=1.5   hangup A ok
t=1.6   A ended                       -> nothing ; A.outcome caller_cancelled
