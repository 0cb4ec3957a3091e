# The end of "please hold" is told while the greeting is spoken: the recording does not begin yet.
ring A B
plan on_winner_lost ring_again
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller, hangup B
t=3.1   all ok                        -> bridge A
t=3.2   B ended
t=3.3   A hangs up                    -> dial B2, speak hold
t=3.4   all ok
t=4     B2 declines                   -> speak greeting ; phase vm_greeting
t=4.1   speak greeting ok
t=5     caller heard hold             -> nothing ; phase vm_greeting
t=9     caller heard greeting         -> record message
