# The only device's time is over: voicemail begins, it does not wait for T_ring.
ring A timeout 5
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=7     time                          -> hangup A, answer caller ; phase vm_answering ; A.quit expired
t=7.1   hangup A ok
t=7.2   A ended
t=7.2   answer caller ok              -> speak greeting ; A.outcome timed_out
