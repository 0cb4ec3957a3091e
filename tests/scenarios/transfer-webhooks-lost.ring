# Whatever the provider says later is lost: when the device's time is over, its records are read. Ended: voicemail.
transfer A timeout 20
t=0     caller calls                  -> transfer A
t=0.1   transfer A ok
t=0.3   A rings
t=25    time                          -> look ; phase transferring
t=25.1  look finds A ended, caller answered -> speak greeting ; phase vm_greeting
