# The leg answers in a webhook before anybody told us its id: the prompt waits for the id.
ring A press1
t=0     caller calls                  -> dial A
t=0.2   A answers                     -> gather A ; A answered
t=0.3   dial A ok                     -> nothing
t=0.4   gather A ok
t=4     A presses 1                   -> answer caller
