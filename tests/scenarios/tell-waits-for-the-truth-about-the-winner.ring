# The caller hangs up while the bridge is made. Whether the two did talk is told late: nobody is told before.
ring A
plan tell
plan no_record
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=3     A answers                     -> answer caller
t=3.1   answer caller ok              -> bridge A
t=3.6   caller hangs up cause normal_clearing -> hangup A ; outcome abandoned
t=3.65  caller bridged                -> nothing ; outcome answered ; A.outcome none
t=3.7   A ended                       -> tell A, tell call ; A.outcome answered
