# A took the call and was lost before the bridge; B is rung again, and the caller leaves. Nobody took the call from B.
ring A B
plan on_winner_lost ring_again
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller, hangup B
t=3.1   all ok                        -> bridge A
t=3.2   B ended
t=3.3   A hangs up                    -> dial B2, speak hold ; phase ringing
t=3.4   all ok
t=9     caller hangs up               -> hangup B2 ; phase closing
t=9.1   hangup B2 ok
t=9.2   B2 ended                      -> nothing ; phase closed ; outcome abandoned ; A.outcome failed ; A.reason left ; B2.outcome caller_cancelled ; B2.by none
