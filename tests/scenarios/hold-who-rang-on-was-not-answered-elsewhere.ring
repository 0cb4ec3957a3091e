# A answered, B was held and rang on; A left before the bridge, and the caller soon after. Nobody took the call from B.
ring A B
plan hold 5
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller
t=3.1   A hangs up                    -> nothing ; phase ringing
t=3.2   answer caller ok              -> speak hold
t=3.3   speak hold ok
t=6     caller hangs up               -> hangup B ; phase closing
t=6.1   hangup B ok
t=6.2   B ended                       -> nothing ; phase closed ; B.outcome caller_cancelled ; B.by none
