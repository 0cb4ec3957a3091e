# A caller who never hangs up, and a recording.saved that is lost: the call ends after the longest message and a margin.
ring nobody
t=0     caller calls                  -> answer caller
t=0.1   answer caller ok              -> speak greeting
t=0.2   speak greeting refused 10015  -> record message ; phase vm_recording
t=0.3   record message ok             -> nothing ; next 60.2
t=60.2  time                          -> look
t=60.3  look finds caller answered
t=120.2 time                          -> look
t=120.3 look finds caller answered
t=180.2 time                          -> look
t=180.3 look finds caller answered
t=240.2 time                          -> look
t=240.3 look finds caller answered
t=300.2 time                          -> look
t=300.3 look finds caller answered
t=330.2 time                          -> hangup caller ; phase closing
t=330.3 hangup caller refused 90018   -> nothing ; phase closing
t=345.3 time                          -> look
t=345.4 look finds caller ended
t=360.3 time                          -> look
t=360.4 look unknown
t=375.3 time                          -> look
t=375.4 look finds caller ended
t=390.3 time                          -> nothing ; phase closed ; outcome voicemail ; recording lost
