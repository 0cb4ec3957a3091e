# Nobody hears what came of the prompt's request, but the key was pressed: the end of the call does not wait for it.
ring A press1
plan no_record
t=0     caller calls                  -> dial A
t=0.1   all ok
t=3     A answers                     -> gather A
t=3.5   A presses 1                   -> answer caller
t=3.6   answer caller ok              -> bridge A
t=3.7   bridge A ok
t=3.8   A bridged                     -> nothing ; phase connected
t=9     caller hangs up               -> hangup A
t=9.1   hangup A refused 90018        -> nothing ; phase closed
