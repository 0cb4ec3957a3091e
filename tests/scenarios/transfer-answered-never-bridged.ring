# The leg answers and nobody says that the two were bridged: the records are read after 2 s. Not bridged: voicemail, and
# who answered is hung up.
transfer A
t=0     caller calls                  -> transfer A
t=0.1   transfer A ok
t=0.3   A rings
t=9     A answers
t=11    time                          -> look ; phase transferring
t=11.1  look finds A answered, caller answered -> hangup A, speak greeting ; phase vm_greeting
