# The webhook of the answer is late; the records tell of it, but not when it was. It has to prove itself, until the webhook
# says that it was no fast one.
ring A press1_if_fast timeout 100, B timeout 100
plan ring 100
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=60    time                          -> look
t=60.1  look finds caller ringing, A answered, B ringing -> gather A
t=60.2  gather A ok
t=62    A answers late 40             -> answer caller, hangup B ; winner A
