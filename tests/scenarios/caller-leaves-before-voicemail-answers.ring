# The caller gives up in the moment voicemail is about to answer: an abandoned call, not a voicemail.
ring A
t=0     caller calls                  -> dial A
t=0.1   all ok
t=30    time                          -> answer caller, hangup A
t=30.1  caller hangs up               -> nothing ; phase closing ; outcome abandoned
