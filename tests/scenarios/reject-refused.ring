# The provider will not reject: the call is hung up at once.
reject
t=0     caller calls                  -> reject caller
t=0.1   reject caller refused 10015   -> hangup caller
t=0.2   hangup caller ok
t=0.3   caller hangs up cause normal_clearing -> nothing ; phase closed ; outcome rejected
