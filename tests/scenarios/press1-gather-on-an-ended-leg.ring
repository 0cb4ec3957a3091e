# The person has put the phone down before the prompt: "already ended" is the proof, and nothing is hung up.
ring A press1, B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> gather A
t=3.1   gather A refused 90018        -> nothing ; A ended ; phase ringing
