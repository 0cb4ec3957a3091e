# What the provider heard counts only where the plan asks for it: a mailbox that sounds like a person is not let in.
ring A press1
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=3     A answers                     -> gather A
t=3.1   A is a person                 -> nothing ; winner none
