# Row 14: the ring time is over, and then somebody's answer arrives whose dial we knew nothing of.
ring A
plan ring 5
t=0     caller calls                  -> dial A
t=0.6   time                          -> dial A again
t=1.8   time                          -> dial A again
t=4.2   time                          -> dial A again
t=5     time                          -> answer caller
t=5.1   A answers                     -> apologise A ; phase vm_answering ; A answered ; winner none
