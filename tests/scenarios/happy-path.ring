# Three devices ring, A answers, the two talk, the caller hangs up, the recording arrives.
ring A B C
t=0     caller calls                  -> dial A, dial B, dial C ; phase ringing ; winner none
t=0.1   dial A ok
t=0.1   dial B ok
t=0.1   dial C ok
t=0.3   A rings
t=0.3   B rings
t=0.3   C rings
t=3.0   A answers                     -> answer caller, hangup B, hangup C ; winner A ; phase answering
t=3.1   hangup B ok
t=3.1   hangup C ok
t=3.1   answer caller ok              -> bridge A ; phase bridging
t=3.2   caller answered
t=3.2   B ended cause originator_cancel
t=3.2   C ended cause originator_cancel
t=3.3   bridge A ok
t=3.4   A bridged                     -> record conversation ; phase connected ; outcome answered
t=3.4   caller bridged
t=3.5   record conversation ok
t=42    caller hangs up cause normal_clearing -> hangup A ; phase closing
t=42.1  hangup A refused 90018        -> nothing ; A ended ; phase closing
t=43    caller recording saved        -> nothing ; phase closed ; outcome answered ; recording saved ; next never
