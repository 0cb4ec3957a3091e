# Row 21: the same call is offered twice: nothing is rung twice, also when it is offered again after its end.
ring A
t=0     caller calls                  -> dial A
t=0.1   caller calls again            -> nothing ; phase ringing
t=0.2   dial A ok
t=3     A answers                     -> answer caller
t=3.1   caller calls again            -> nothing ; phase answering
t=3.2   answer caller refused 90018   -> hangup A
t=3.3   hangup A refused 90018        -> nothing ; phase closed
t=9     caller calls again            -> nothing ; phase closed
