# The first wave cannot be dialled at all: the second comes in the same moment.
ring A, B after 10
t=0     caller calls                  -> dial A
t=0.1   dial A refused 90041          -> dial B ; A ended_inferred
