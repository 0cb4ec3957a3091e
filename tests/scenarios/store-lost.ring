# The store has forgotten the call: a leg whose session is unknown is hung up, nobody waits for it.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=1     store forgets
t=1.1   B rings                       -> hangup B ; phase closing ; outcome failed
t=1.2   hangup B ok
t=1.3   B ended                       -> nothing ; phase closed
t=1.5   A answers                     -> hangup A ; phase closed ; winner none
t=1.6   hangup A ok
t=1.7   A ended                       -> nothing ; phase closed ; next never
