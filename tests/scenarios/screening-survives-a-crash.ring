# The worker dies while a person listens to the prompt: whoever takes over knows it.
ring A press1
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=3     A answers                     -> gather A
t=3.05  crash
t=3.6   time                          -> gather A again
t=3.7   gather A ok
t=7     A presses 1                   -> answer caller ; winner A
