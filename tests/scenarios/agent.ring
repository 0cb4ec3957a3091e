# R-140: the AI agent. The caller is answered first, then transferred; the conversation is recorded.
agent A
t=0     caller calls                  -> answer caller ; phase answering ; winner A
t=0.1   answer caller ok              -> transfer A ; phase transferring
t=0.2   transfer A ok
t=0.3   A answers
t=0.4   A bridged                     -> record conversation ; phase connected ; outcome answered
