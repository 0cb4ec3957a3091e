# P5: a dial without an answer and a caller who is gone: we look after one second, not when the id's window closes, and
# what is found is hung up.
ring A
t=0     caller calls                  -> dial A
t=0.5   caller hangs up               -> nothing ; phase closing
t=1.5   time                          -> look
t=1.6   look finds A ringing          -> hangup A ; A ringing
t=1.7   hangup A ok
t=1.8   A ended
t=45    time                          -> nothing ; phase closed ; next never
