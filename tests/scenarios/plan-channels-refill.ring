# Two channels for four devices: when one leg ends the next device is dialled.
ring A B C D
plan channels 2
t=0     caller calls                  -> dial A, dial B ; C planned
t=0.1   all ok
t=3     A declines                    -> dial C
t=3.1   dial C ok
t=4     B hangs up cause user_busy    -> dial D
t=4.1   dial D ok
t=9     D answers                     -> answer caller, hangup C ; winner D
