# R-138: its no-answer is voicemail.
transfer A timeout 20
t=0     caller calls                  -> transfer A
t=0.1   transfer A ok                 -> nothing
t=0.3   A rings                       -> nothing ; next 25
t=20    A hangs up cause timeout      -> answer caller ; phase vm_answering ; A.outcome timed_out
