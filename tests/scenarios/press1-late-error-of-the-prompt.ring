# The key was pressed and the prompt's request is answered late, with an error: what it was to find out is known, and the
# webhooks will say when the leg ends. The winner is kept.
ring A press1
t=0     caller calls                  -> dial A
t=0.1   all ok
t=3     A answers                     -> gather A
t=3.5   A presses 1                   -> answer caller
t=3.55  gather A refused 90018        -> nothing ; phase answering ; A accepted
t=3.6   answer caller ok              -> bridge A
