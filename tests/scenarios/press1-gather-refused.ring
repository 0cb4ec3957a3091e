# The prompt cannot be played: this leg cannot prove itself, the others still can.
ring A press1, B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> gather A
t=3.1   gather A refused 90034        -> hangup A ; A.quit screen_failed ; phase ringing
