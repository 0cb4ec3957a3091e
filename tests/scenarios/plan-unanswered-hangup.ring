# No voicemail wanted: the caller is let go.
ring A
plan on_unanswered hangup
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=30    time                          -> hangup A, hangup caller ; phase closing ; outcome unanswered
t=30.1  all ok
t=30.2  A ended
t=30.3  caller hangs up cause normal_clearing -> nothing ; phase closed ; A.outcome timed_out ; ledger 1
