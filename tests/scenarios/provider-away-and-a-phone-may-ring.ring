# A dial without an answer, and then the provider is away: looks that were not made do not grow apart, and the first
# that is made finds the phone that rings for nobody.
ring A B
t=0     caller calls                       -> dial A, dial B
t=0.1   dial A ok
t=0.5   caller hangs up                    -> hangup A
t=0.5   hangup A not sent after 10
t=1.5   time                               -> look
t=1.5   look not sent
t=2.5   time                               -> look
t=2.5   look not sent
t=4.5   time                               -> look
t=4.5   look not sent
t=6.5   time                               -> look
t=6.5   look not sent
t=8.5   time                               -> look
t=8.5   look finds A ringing, B ringing    -> hangup B
t=8.6   hangup B ok
t=8.7   B ended
t=10.5  time                               -> hangup A again
t=10.6  hangup A ok
t=10.7  A ended                            -> nothing ; phase closed
