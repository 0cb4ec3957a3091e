# One "no" is for all: the others stop at once, the caller goes to voicemail.
ring A B C
plan on_decline stop
t=0     caller calls                  -> dial A, dial B, dial C
t=0.1   all ok
t=4     A declines                    -> hangup B, hangup C, answer caller ; phase vm_answering
t=4.1   all ok                        -> speak greeting
t=4.2   B ended
t=4.2   C ended                       -> nothing ; A.outcome declined ; B.outcome declined_elsewhere ; C.outcome declined_elsewhere
