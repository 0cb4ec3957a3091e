# The default: the others ring on. Busy does not stop them either.
ring A B C
t=0     caller calls                  -> dial A, dial B, dial C
t=0.1   all ok
t=4     A declines                    -> nothing ; phase ringing
t=5     B hangs up cause user_busy    -> nothing ; phase ringing
t=9     C answers                     -> answer caller ; winner C
