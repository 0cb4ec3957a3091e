# R-146: cause, source and SIP code of both sides are kept, and when we first learnt of answer, bridge and end.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=1     B hangs up cause user_busy source callee sip 486 -> nothing ; B.cause user_busy ; B.source callee ; B.sip 486 ; B.ended_at 1
t=3     A answers                     -> answer caller ; A.answered_at 3
t=3.1   A answers again               -> nothing ; A.answered_at 3
t=3.2   answer caller ok              -> bridge A ; caller.answered_at 3.2
t=3.3   caller bridged                -> record conversation ; caller.bridged_at 3.3
t=3.4   all ok
t=3.5   caller answered               -> nothing ; caller.answered_at 3.2
t=3.6   caller bridged again          -> nothing ; caller.bridged_at 3.3
t=60    caller hangs up cause normal_clearing source caller sip 200 -> hangup A ; caller.source caller ; caller.sip 200 ; caller.ended_at 60
t=60.1  A hangs up cause normal_clearing source caller
t=62    caller hangs up cause timeout source unknown again -> nothing ; caller.cause normal_clearing ; caller.ended_at 60
