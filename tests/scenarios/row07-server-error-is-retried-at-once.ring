# Row 7: a 5xx is answered with the same command at once, as the provider advises, and then with a pause.
ring A
t=0     caller calls                  -> dial A
t=0.1   dial A unknown 503            -> dial A again
t=0.2   dial A unknown 503            -> nothing
t=1.3   time                          -> dial A again
t=1.4   dial A ok                     -> nothing ; A ringing
