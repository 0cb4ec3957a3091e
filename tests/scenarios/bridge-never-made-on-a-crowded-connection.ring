# The connection has more live calls than one look can list. What happened to this call is in its own records all the
# same: the caller is not left in silence.
ring A
t=0     caller calls                  -> dial A
t=0.1   all ok
t=3     A answers                     -> answer caller
t=3.1   answer caller ok              -> bridge A
t=3.2   bridge A ok
t=5.1   time                          -> bridge A
t=5.2   bridge A ok
t=7.1   time                          -> look
t=7.2   look finds caller answered, A answered crowded -> hangup A, speak greeting ; phase vm_greeting
