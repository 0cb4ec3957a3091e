# The worker dies after sending: resent with its id, and nothing is rung twice.
transfer A
t=0     caller calls                  -> transfer A
t=0.1   crash
t=0.6   time                          -> transfer A again
t=0.7   transfer A ok
t=4     A bridged                     -> record conversation
