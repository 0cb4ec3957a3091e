# No answer to the request, and the caller's own webhook says first that it worked: the conversation goes on, and the
# device's leg is looked for.
transfer A
t=0     caller calls                  -> transfer A
t=0.2   transfer A unknown            -> nothing
t=0.3   caller bridged                -> record conversation ; phase connected ; A dialing
t=0.4   record conversation ok
t=0.5   A bridged                     -> nothing ; phase connected ; A bridged
