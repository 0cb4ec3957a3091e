# The caller hangs up in the first second: every device has missed the call, once, also one that never rang.
ring A, B after 10
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=0.5   caller hangs up               -> hangup A
t=0.6   hangup A refused 90018        -> nothing ; phase closed ; A.outcome caller_cancelled ; B.outcome caller_cancelled ; A.rang yes ; B.rang no ; ledger 2
