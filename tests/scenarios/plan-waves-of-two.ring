# Waves [[A,B],[C,D]]: the second begins when the first is over, both devices of it together.
ring A, B, C after 20, D after 20
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=4     A hangs up cause user_busy
t=5     B declines                    -> dial C, dial D
t=5.1   all ok
t=8     D answers                     -> answer caller, hangup C ; winner D
