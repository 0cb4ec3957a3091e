# Row 10: "call has ended": whose, the hangup webhook says. The second attempt is not made for a winner who is gone.
ring A
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=3     A answers                     -> answer caller
t=3.1   answer caller ok              -> bridge A
t=3.2   bridge A refused 90018        -> nothing ; phase bridging
t=3.4   A hangs up                    -> speak greeting ; phase vm_greeting
t=3.5   speak greeting ok             -> nothing ; next 33.4
