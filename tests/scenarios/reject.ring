# R-132: a blocked caller is turned away unanswered; nothing rings and nobody has missed anything.
reject
t=0     caller calls                  -> reject caller ; phase closing ; outcome rejected
t=0.1   reject caller ok              -> nothing ; next 5
t=0.2   caller hangs up cause call_rejected -> nothing ; phase closed ; outcome rejected ; ledger 0 ; next never
