# The caller leaves while somebody listens to the prompt: hung up at once, there is nobody to apologise for.
ring A press1
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=3     A answers                     -> gather A
t=3.1   gather A ok
t=5     caller hangs up               -> hangup A ; phase closing
t=5.1   hangup A ok
t=5.2   A ended                       -> nothing ; phase closed ; A.outcome caller_cancelled
