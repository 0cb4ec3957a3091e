# The held time has passed: the losers are being hung up and cannot be wanted again (I3). Voicemail.
ring A B
plan hold 1
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller
t=3.1   answer caller ok              -> bridge A
t=3.2   bridge A ok
t=4     time                          -> hangup B
t=4.1   A hangs up                    -> speak greeting ; phase vm_greeting
