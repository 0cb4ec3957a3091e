# The plan says: let the caller go.
ring A
plan on_winner_lost hangup
t=0     caller calls                  -> dial A
t=0.1   all ok
t=3     A answers                     -> answer caller
t=3.1   answer caller ok              -> bridge A
t=3.2   A hangs up                    -> hangup caller ; phase closing ; outcome unanswered
t=3.3   hangup caller ok
t=3.4   caller hangs up cause normal_clearing -> nothing ; phase closed ; A.outcome failed ; A.reason left
