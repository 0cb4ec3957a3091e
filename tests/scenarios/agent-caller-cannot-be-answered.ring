# The caller cannot be answered: nothing is transferred.
agent A
t=0     caller calls                  -> answer caller
t=0.1   answer caller refused 10007   -> answer caller
t=0.2   answer caller refused 10007   -> hangup caller ; phase closing ; outcome failed ; A ended
