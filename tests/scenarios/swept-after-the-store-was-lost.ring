# The store forgot the call while A was being connected. A sweep finds caller and devices alive, and that no session
# knows them: they are taken in and let go.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller, hangup B
t=3.1   answer caller ok              -> bridge A
t=3.2   store forgets
t=70    caller is seen                -> hangup caller ; phase closing ; outcome failed
t=70.1  A is seen                     -> hangup A ; phase closing
t=70.2  all ok
t=70.3  caller hangs up cause normal_clearing
t=70.4  A ended                       -> nothing ; ledger 0
