# Nobody says that the caller is gone: after 5 s the call is hung up, and "already ended" is the proof.
reject
t=0     caller calls                  -> reject caller
t=0.1   reject caller ok
t=5     time                          -> hangup caller
t=5.1   hangup caller refused 90018   -> nothing ; phase closed
