# Row 20: every dial is refused: voicemail at once.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   dial A refused 90041
t=0.1   dial B refused 90041          -> answer caller ; phase vm_answering
