# The transfer was accepted and no leg showed up: its records are read after 5 s. They know none, and no request can be
# under way any more: it never was.
transfer A timeout 10
t=0     caller calls                  -> transfer A
t=0.1   transfer A ok
t=5.1   time                          -> look
t=5.2   look finds nothing            -> answer caller ; phase vm_answering
