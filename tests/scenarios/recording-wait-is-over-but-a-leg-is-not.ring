# Was: the end of the wait for a recording stayed the session's next deadline while a leg was still unproved: ticks
# without end.
ring A
t=0     caller calls                  -> dial A
t=0.1   all ok
t=3.0   A answers                     -> answer caller
t=3.1   answer caller ok              -> bridge A
t=3.2   A bridged                     -> record conversation
t=3.3   all ok
t=10    caller hangs up               -> hangup A
t=10.1  hangup A ok                   -> nothing ; next 15
t=15    time                          -> hangup A
t=15.1  hangup A ok
t=25    time                          -> hangup A, look
t=25    look finds caller ended
t=25.1  hangup A ok
t=40    time                          -> look
t=40    look finds caller ended
t=45    time                          -> hangup A
t=45.1  hangup A ok                   -> nothing ; next 55
t=55    time                          -> look
t=55    look finds caller ended       -> nothing ; next 70
t=70    time                          -> nothing ; recording lost ; next 85
t=85    time                          -> hangup A
t=85.1  hangup A refused 90018        -> nothing ; phase closed ; next never
