# Another call carries a copy of the states of ours: it is neither believed nor hung up, whatever it says, before the
# end and after it.
ring A B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=1     A answers in session another as stranger       -> nothing ; phase ringing ; A ringing
t=1.1   A hangs up in session another as stranger      -> nothing ; A ringing
t=1.2   caller hangs up in session another as stranger -> nothing ; phase ringing
t=1.3   caller recording saved in session another as stranger -> nothing ; recording none
t=2     caller hangs up               -> hangup A, hangup B ; phase closing ; outcome abandoned
t=2.1   A ended
t=2.2   B ended                       -> nothing ; phase closed
t=3     A answers in session another as stranger       -> nothing ; phase closed ; A ended
