# Row 14: T_ring passes while a person listens to the prompt: the person hears why, the caller goes to voicemail. It takes
# a channel that becomes free late: who always has to prove it is not rung so late by any plan.
ring B, A press1_if_fast
plan channels 1
t=0     caller calls                  -> dial B
t=0.1   dial B ok
t=27    B declines                    -> dial A
t=27.1  dial A ok
t=28    A answers                     -> gather A
t=28.1  gather A ok
t=30    time                          -> answer caller, apologise A ; phase vm_answering
t=30.1  all ok                        -> speak greeting
t=30.2  speak greeting ok
t=34    time                          -> hangup A
