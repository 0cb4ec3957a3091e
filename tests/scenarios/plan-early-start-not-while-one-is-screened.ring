# A person who is asked for a key counts as somebody who may yet take the call: nobody is rung early.
ring A press1, B after 10
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=2     A answers                     -> gather A ; B planned
t=2.1   gather A ok
t=9     A presses nothing             -> hangup A, dial B ; A.quit screen_failed
