# Row 22: machines only: voicemail, and nobody was ever connected to one.
ring A amd, B amd
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers
t=3     B answers
t=6     A is a machine                -> hangup A
t=6.5   B is a machine                -> hangup B, answer caller ; phase vm_answering ; winner none
