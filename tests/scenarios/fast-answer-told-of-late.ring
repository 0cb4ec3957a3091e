# A mailbox picks up within a second, and its webhook meets a restart: told of late, it is no slower for that.
ring A press1_if_fast
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=3     A answers late 2.2            -> gather A ; phase ringing
