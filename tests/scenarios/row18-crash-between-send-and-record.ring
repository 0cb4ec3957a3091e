# Row 18: the worker dies after sending. Whoever takes over sends the same commands with the same ids.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.05  crash
t=0.6   time                          -> dial A again, dial B again
t=0.7   all ok
t=3     A answers                     -> answer caller, hangup B
t=3.05  crash
t=3.6   time                          -> answer caller again, hangup B again
t=3.7   all ok                        -> bridge A
t=3.75  crash
t=4.3   time                          -> bridge A again
t=4.4   bridge A ok
t=4.5   caller bridged                -> record conversation
t=4.55  crash
t=5.1   time                          -> record conversation again
