# An account whose linked calls share no session id with the caller's: our state and the dial's answer prove whose legs
# they are, and nobody is ignored.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   dial A ok
t=0.2   A rings in session hers
t=0.3   B rings in session his        -> nothing ; B ringing
t=3.0   A answers in session hers     -> answer caller, hangup B ; winner A
t=3.1   all ok                        -> bridge A
t=3.2   all ok
t=3.3   A bridged in session hers     -> record conversation ; phase connected
t=3.4   B ended in session his        -> nothing ; B ended
t=3.5   all ok
t=9     A hangs up in session hers    -> hangup caller ; phase closing ; outcome answered
