# R-141: one of our own devices calls out: the destination is rung and bridged by the provider, and the call is recorded.
transfer A
plan outbound
t=0     caller calls                  -> transfer A
t=0.1   transfer A ok
t=0.5   A rings
t=6     A bridged                     -> record conversation ; phase connected
t=6.1   record conversation ok
t=30    A hangs up                    -> hangup caller
t=30.1  hangup caller refused 90018
t=31    caller recording saved        -> nothing ; phase closed ; ledger 0
