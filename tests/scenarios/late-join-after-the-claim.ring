# Somebody has answered: nobody joins.
ring A
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=3     A answers                     -> answer caller
t=3.1   device B ready                -> nothing ; phase answering
t=3.2   answer caller ok              -> bridge A
t=3.3   device B ready                -> nothing
t=3.4   A bridged                     -> record conversation
t=3.5   device B ready                -> nothing ; phase connected
