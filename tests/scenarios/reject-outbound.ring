# R-141: a blocked outbound call. Only incoming calls can be rejected: it is hung up, and nobody has missed anything.
reject
plan outbound
t=0     caller calls                  -> hangup caller ; phase closing ; outcome rejected
t=0.1   hangup caller ok
t=0.2   caller hangs up cause normal_clearing -> nothing ; phase closed ; ledger 0
