# Was: recording.saved lost and the provider's records unreachable for a minute: the message counted as lost. It is looked
# for until the records have answered.
ring nobody
t=0     caller calls                  -> answer caller
t=0.1   answer caller ok              -> speak greeting
t=0.2   speak greeting refused 10015  -> record message
t=0.3   record message ok
t=10    caller hangs up cause normal_clearing -> nothing ; phase closing
t=25    time                          -> look
t=25.1  look unknown
t=40    time                          -> look
t=40.1  look unknown
t=55    time                          -> look
t=55.1  look unknown
t=70    time                          -> look ; phase closing ; recording none
t=70.1  look unknown
t=85    time                          -> look
t=85.1  look finds caller recorded    -> nothing ; phase closed ; recording saved ; next never
