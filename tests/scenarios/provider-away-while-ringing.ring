# R-084: nothing can be sent from 5 s to 25 s. A device that was to be dialled then is dialled when the provider is back;
# who answered meanwhile gets the call as soon as it can be taken.
ring A, B after 5
t=0     caller calls                       -> dial A
t=0.1   dial A ok
t=5     time                               -> dial B
t=5     dial B not sent after 1            -> nothing ; next 6
t=6     time                               -> dial B again
t=6     dial B not sent after 3            -> nothing ; next 9
t=9     time                               -> dial B again
t=9     dial B not sent after 5
t=10    A answers                          -> answer caller ; winner A ; B ended
t=10    answer caller not sent after 5
t=15    time                               -> answer caller again
t=15    answer caller not sent after 5
t=20    time                               -> answer caller again
t=20    answer caller not sent after 5
t=25    time                               -> answer caller again
t=25.1  answer caller ok                   -> bridge A ; phase bridging
t=25.2  bridge A ok
t=25.3  A bridged                          -> record conversation ; phase connected
