# The winner is lost and the others still ring: the search goes on with them, nobody is dialled again.
ring A B
plan hold 5
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller
t=3.3   answer caller ok              -> bridge A
t=3.4   A hangs up                    -> speak hold ; phase ringing
t=3.5   speak hold ok
t=3.6   bridge A refused 90018        -> nothing ; phase ringing
t=6     B answers                     -> bridge B ; winner B ; phase bridging
t=6.1   bridge B ok
t=6.2   B bridged                     -> record conversation ; phase connected
