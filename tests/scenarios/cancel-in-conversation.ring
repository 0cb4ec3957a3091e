# An operator ends a conversation: it was answered all the same.
ring A
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=3     A answers                     -> answer caller
t=3.1   answer caller ok              -> bridge A
t=3.2   bridge A ok
t=3.3   A bridged                     -> record conversation
t=3.4   record conversation ok
t=9     operator cancels              -> hangup A, hangup caller ; phase closing ; outcome answered
