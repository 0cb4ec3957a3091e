# A held device that has to prove itself answers: it is asked for the key only if it is needed after all.
ring A, B press1
plan hold 5
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller
t=3.2   B answers                     -> nothing ; phase answering
t=3.4   A hangs up                    -> gather B ; phase ringing
t=3.5   answer caller ok              -> speak hold
t=3.6   all ok
t=6     B presses 1                   -> bridge B ; winner B
