# The provider did not recognise the copy of a dial: a second call to the same device, in our session, with our state.
# It is ended, the first one rings on, and the device has one outcome.
ring A
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=0.2   A rings
t=0.3   A rings as second             -> hangup A2 ; phase ringing ; A ringing ; A2.quit expired
t=0.4   all ok
t=0.5   A ended as second             -> nothing ; phase ringing ; A ringing ; A2 ended
t=3     A answers                     -> answer caller ; winner A
t=3.1   all ok                        -> bridge A
t=3.2   all ok
t=3.3   A bridged                     -> record conversation ; phase connected ; A2.outcome none
t=3.4   all ok
t=9     A hangs up                    -> hangup caller ; outcome answered
t=9.1   all ok
t=9.2   caller recording saved
t=9.3   caller hangs up               -> nothing ; phase closed ; A.outcome answered ; ledger 0
