# The agent's leg ends before anybody spoke.
agent A
t=0     caller calls                  -> answer caller
t=0.1   answer caller ok              -> transfer A
t=0.2   transfer A ok
t=0.3   A hangs up cause unallocated_number -> speak greeting ; phase vm_greeting ; A.outcome failed ; A.reason unreachable
