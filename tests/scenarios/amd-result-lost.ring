# The provider's word on who answered is lost: after T_screen the leg is given up, never claimed.
ring A amd
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=3     A answers                     -> nothing ; next 18
t=18    time                          -> hangup A, answer caller ; phase vm_answering
