# A held device answers, the bridge comes up with the first: the second person is told.
ring A B
plan hold 5
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=3     A answers                     -> answer caller
t=3.1   answer caller ok              -> bridge A
t=3.2   bridge A ok
t=3.3   B answers                     -> nothing
t=3.4   A bridged                     -> record conversation, apologise B ; phase connected
