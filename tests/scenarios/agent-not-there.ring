# The agent cannot be reached: a caller who was answered is owed something to speak to.
agent A
plan on_unanswered hangup
t=0     caller calls                  -> answer caller
t=0.1   answer caller ok              -> transfer A
t=0.2   transfer A refused 10015      -> speak greeting ; phase vm_greeting ; A.reason refused
