# Nobody takes our call: it ends, and it is no missed call of ours.
transfer A
plan outbound
plan on_unanswered hangup
t=0     caller calls                  -> transfer A
t=0.1   transfer A ok
t=0.5   A rings
t=3     A hangs up cause user_busy    -> hangup caller ; outcome unanswered
t=3.1   hangup caller refused 90018   -> nothing ; phase closed ; A.outcome failed ; A.reason busy ; ledger 0
