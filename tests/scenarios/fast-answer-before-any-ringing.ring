# No sign of ringing came before the answer: the time since dialling counts.
ring A press1_if_fast
t=0     caller calls                  -> dial A
t=0.3   A answers                     -> gather A
t=0.4   dial A ok                     -> nothing ; phase ringing
t=0.4   gather A ok
t=3     A presses 1                   -> answer caller
