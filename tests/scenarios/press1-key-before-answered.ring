# Webhooks overtake each other: the key is told before the answer. A key is pressed by somebody who has answered.
ring A press1
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=3     A presses 1                   -> answer caller ; winner A ; A accepted
t=3.1   A answers                     -> nothing ; winner A
