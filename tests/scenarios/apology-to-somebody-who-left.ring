# The loser has hung up already.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   dial A ok
t=0.2   A answers                     -> answer caller
t=0.5   B answers                     -> apologise B
t=0.6   apologise B refused 90018     -> nothing ; B ended
