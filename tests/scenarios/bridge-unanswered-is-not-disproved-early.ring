# I7: the bridge request got no answer at all. A look proves nothing until the request can no longer be executed.
ring A
t=0     caller calls                  -> dial A
t=0.1   all ok
t=3.0   A answers                     -> answer caller
t=3.1   answer caller ok              -> bridge A
t=3.2   bridge A unknown
t=3.7   time                          -> bridge A again
t=4.9   time                          -> bridge A again
t=5.1   time                          -> bridge A
t=5.2   bridge A refused 90034        -> look ; phase bridging
t=5.3   look finds A answered, caller answered -> nothing ; phase bridging
t=7.2   time                          -> look
t=7.3   look finds A answered, caller answered -> nothing ; phase bridging
t=9.2   time                          -> look
t=9.3   look finds A answered, caller answered -> nothing ; phase bridging
t=11.2  time                          -> look
t=11.3  look finds A answered, caller answered -> hangup A, speak greeting ; phase vm_greeting
