# A device that joins without a timeout of its own rings for as long as its answer can count, also beyond `leg`.
ring A
plan ring 60
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=5     device B ready                -> dial B
t=5.1   dial B ok
t=6     device C ready press1         -> dial C
t=6.1   dial C ok
t=32     time                          -> hangup A ; A.quit expired
t=32.2  all ok
t=32.3  A ended
t=44    C answers                     -> gather C
t=44.1  gather C ok
t=58    C presses 1                   -> answer caller, hangup B ; winner C
