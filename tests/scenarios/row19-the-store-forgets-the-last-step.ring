# Row 19: the store has lost everything since the offer; the provider's state wins. The dial's id is known to it: sent
# again, it is the same call.
ring A
t=0     caller calls                  -> dial A
t=0.1   store forgets
t=0.2   A rings                       -> hangup A ; phase closing ; outcome failed
t=0.3   A ended                       -> nothing
t=0.4   hangup A refused 90018        -> nothing ; phase closed
