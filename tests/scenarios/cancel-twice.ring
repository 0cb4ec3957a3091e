# Cancelled again, also after the end: nothing.
ring A
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=4     operator cancels              -> hangup A, hangup caller
t=4.1   operator cancels              -> nothing
t=4.2   hangup A refused 90018
t=4.2   hangup caller refused 90018   -> nothing ; phase closed
t=9     operator cancels              -> nothing ; phase closed ; next never
