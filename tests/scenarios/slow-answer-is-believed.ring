# Nobody takes a phone out of a pocket within 1.5 s; who takes longer is a person and wins at once.
ring A press1_if_fast, B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=1.8   A answers                     -> answer caller, hangup B ; winner A
