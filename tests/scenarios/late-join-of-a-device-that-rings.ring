# The device rings already: it is not dialled twice (I5).
ring A
t=0     caller calls                  -> dial A
t=0.05  device A ready                -> nothing
t=0.1   dial A ok
t=5     device A ready                -> nothing ; next 30
