# The caller's hangup overtakes `initiated`: nothing may ring for a caller who is gone, and every device has missed the call.
ring A B
plan tell
t=0     caller hangs up               -> nothing ; phase closed ; ledger 0
t=0.1   caller calls                  -> tell A, tell B, tell call ; phase closed ; A.outcome caller_cancelled ; A.rang no ; B.outcome caller_cancelled ; outcome abandoned ; ledger 2
t=0.2   tell A ok
t=0.2   tell B ok
t=0.2   tell call ok                  -> nothing ; next never
t=5     caller calls again            -> nothing ; ledger 2
