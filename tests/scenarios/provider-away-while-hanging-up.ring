# R-084: the caller leaves while the provider is away. Each phone is asked for again and again under one id, and stops
# when the provider is back; a hang-up whose window is over is asked for anew.
ring A B
t=0     caller calls                       -> dial A, dial B
t=0.1   all ok
t=4     caller hangs up                    -> hangup A, hangup B ; phase closing
t=4     hangup A not sent after 1
t=4     hangup B not sent after 1
t=5     time                               -> hangup A again, hangup B again
t=5     hangup A not sent after 5
t=5     hangup B not sent after 5
t=10    time                               -> hangup A again, hangup B again
t=10    hangup A not sent after 5
t=10    hangup B unknown 503 after 5
t=15    time                               -> hangup A again, hangup B again
t=15    hangup A not sent after 5
t=15    hangup B not sent after 5
t=20    time                               -> hangup A again, hangup B again
t=20    hangup A not sent after 5
t=20    hangup B not sent after 5
t=25    time                               -> hangup A again, hangup B again
t=25.1  all ok
t=25.2  A ended
t=25.2  B ended                            -> nothing ; phase closed ; next never
