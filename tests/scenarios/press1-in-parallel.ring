# V1: two people listen to the prompt at once. The first key wins; the other hears why before being hung up.
ring A press1, B press1, C
t=0     caller calls                  -> dial A, dial B, dial C
t=0.1   all ok
t=3     A answers                     -> gather A
t=3.5   B answers                     -> gather B ; phase ringing
t=3.55  gather A ok
t=3.55  gather B ok
t=7     B presses 1                   -> answer caller, apologise A, hangup C ; winner B
t=7.1   apologise A ok
t=7.1   answer caller ok              -> bridge B
t=7.2   hangup C ok
t=7.3   C ended
t=7.3   bridge B ok
t=8.5   A heard apology               -> hangup A ; phase bridging
t=8.6   A ended
t=8.7   B bridged                     -> record conversation ; A.outcome answered_elsewhere ; A.by B
