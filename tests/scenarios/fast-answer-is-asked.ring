# A mobile network's mailbox answers within a moment of the first ringing: it has to press a key.
ring A press1_if_fast, B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=1.2   A answers                     -> gather A ; phase ringing
t=1.3   gather A ok
t=9     A presses nothing             -> hangup A ; phase ringing
