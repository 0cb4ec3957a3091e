# Voicemail that cannot be recorded: after three attempts the caller is let go, never left in silence. No tick loops on
# the way.
ring nobody
t=0     caller calls                  -> answer caller
t=0.1   answer caller ok              -> speak greeting
t=0.2   speak greeting refused 10015  -> record message
t=0.3   record message refused 90020  -> nothing ; next 5.3
t=5.3   time                          -> record message
t=5.4   record message refused 90020
t=10.4  time                          -> record message
t=10.5  record message refused 90020  -> hangup caller ; phase closing ; recording lost
t=10.6  hangup caller refused 90018   -> nothing ; phase closed ; outcome voicemail ; next never
