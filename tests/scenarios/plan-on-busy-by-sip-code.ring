# 486 is busy.
ring A B
plan on_busy stop
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=2     A hangs up cause normal_clearing sip 486 -> hangup B, answer caller
