# R-143: a message that is full is told of while the caller is still there, and only then the end; the same message under
# the same name, however often it is offered.
ring nobody
plan tell
t=0     caller calls                  -> answer caller
t=0.1   answer caller ok              -> speak greeting
t=0.2   speak greeting ok
t=5     caller heard greeting         -> record message
t=5.1   record message ok
t=20    caller recording saved        -> hangup caller, tell recording ; phase closing
t=20.1  hangup caller ok
t=20.2  tell recording unknown        -> nothing
t=20.3  caller hangs up               -> tell call ; phase closed ; recording saved
t=20.4  tell call ok
t=22    time                          -> tell recording again
t=22.5  tell recording ok             -> nothing ; next never
