# Cancelled while the caller is being answered, with a device in the prompt: no apology, everybody is hung up.
ring A press1, B
t=0     caller calls                  -> dial A, dial B
t=0.1   all ok
t=2     A answers                     -> gather A
t=2.1   gather A ok
t=3     B answers                     -> answer caller, apologise A ; phase answering
t=3.1   operator cancels              -> hangup A, hangup B, hangup caller ; phase closing ; outcome cancelled
