# Cancelled while voicemail answers, and again during the greeting of another call: the caller is let go.
ring nobody
t=0     caller calls                  -> answer caller ; phase vm_answering
t=0.1   operator cancels              -> hangup caller ; phase closing ; outcome cancelled
