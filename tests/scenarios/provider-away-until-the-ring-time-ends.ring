# R-084: no dial can be sent until the ring time is over. The caller is not let go: voicemail takes the call as soon as
# the provider is back.
ring A
t=0     caller calls                       -> dial A
t=0     dial A not sent after 5
t=5     time                               -> dial A again
t=5     dial A not sent after 5
t=10    time                               -> dial A again
t=10    dial A not sent after 5
t=15    time                               -> dial A again
t=15    dial A not sent after 5
t=20    time                               -> dial A again
t=20    dial A not sent after 5
t=25    time                               -> dial A again
t=25    dial A not sent after 5
t=30    time                               -> answer caller ; A ended ; phase vm_answering
t=30    answer caller not sent after 5
t=35    time                               -> answer caller again
t=35.1  answer caller ok                   -> speak greeting
