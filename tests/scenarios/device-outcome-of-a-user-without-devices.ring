# Nobody to ring: the call is missed all the same, once.
ring nobody
t=0     caller calls                  -> answer caller
t=0.1   answer caller ok              -> speak greeting
t=0.2   speak greeting ok
t=1     caller hangs up cause normal_clearing -> nothing ; phase closed ; ledger 1
