# Row 22: a mailbox picks up and nobody presses a key: it never wins.
ring A press1
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=3     A answers                     -> gather A
t=3.1   gather A ok                   -> nothing ; next 18
t=17    A presses nothing             -> hangup A, answer caller ; phase vm_answering ; winner none
