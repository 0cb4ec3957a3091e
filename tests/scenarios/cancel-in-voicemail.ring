# An operator ends a message: it is still waited for.
ring nobody
t=0     caller calls                  -> answer caller
t=0.1   answer caller ok              -> speak greeting
t=0.2   speak greeting refused 10015  -> record message
t=0.3   record message ok
t=9     operator cancels              -> hangup caller ; phase closing ; outcome voicemail
t=9.1   hangup caller ok
t=9.2   caller hangs up cause normal_clearing -> nothing ; phase closing
t=10    caller recording saved        -> nothing ; phase closed ; recording saved
