# Row 8: the caller is gone, the dial timed out, the provider's records showed nothing - and then the request runs after
# all. The inferred end is revoked and the phone is silenced.
ring A
t=0     caller calls                  -> dial A
t=0.1   dial A unknown
t=0.2   caller hangs up               -> nothing ; phase closing
t=1.2   time                          -> look
t=1.3   look finds nothing            -> nothing ; A dialing
t=2.2   time                          -> look
t=2.3   look unknown                  -> nothing
t=4.2   time                          -> look
t=4.3   look finds nothing            -> nothing ; A dialing
t=8.2   time                          -> look
t=8.3   look finds nothing            -> nothing ; A ended_inferred
t=9     A rings                       -> hangup A ; phase closing
t=9.1   hangup A ok
t=9.2   A ended                       -> nothing ; A ended
t=45    time                          -> nothing ; phase closed
