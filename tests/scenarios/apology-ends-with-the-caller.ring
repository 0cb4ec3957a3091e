# The caller leaves: nobody is kept on the phone for an apology.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   dial A ok
t=0.2   A answers                     -> answer caller
t=0.3   answer caller ok              -> bridge A
t=0.4   bridge A ok
t=0.5   B answers                     -> apologise B
t=0.6   apologise B ok
t=1     caller hangs up               -> hangup A, hangup B ; phase closing
