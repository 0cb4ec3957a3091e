# Row 11: one of the two `bridged` webhooks is enough, whichever it is.
ring A
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=3     A answers                     -> answer caller
t=3.1   answer caller ok              -> bridge A
t=3.2   caller bridged                -> record conversation ; phase connected ; A accepted
