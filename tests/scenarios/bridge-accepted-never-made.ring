# Row 11: "ok" and then silence. After 2 s a second attempt, after 2 s more a look at the provider's records: not bridged,
# so voicemail.
ring A
t=0     caller calls                  -> dial A
t=0.1   all ok
t=3.0   A answers                     -> answer caller
t=3.1   answer caller ok              -> bridge A
t=3.2   bridge A ok                   -> nothing ; next 5.1
t=5.1   time                          -> bridge A ; phase bridging
t=5.2   bridge A ok
t=7.1   time                          -> look ; phase bridging
t=7.2   look finds A answered, caller answered -> hangup A, speak greeting ; phase vm_greeting ; outcome voicemail
