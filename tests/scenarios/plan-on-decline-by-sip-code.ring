# 603 from the phone is a decline, whatever the provider calls it.
ring A B
plan on_decline stop
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=4     A hangs up cause normal_clearing sip 603 -> hangup B, answer caller ; A.outcome declined
