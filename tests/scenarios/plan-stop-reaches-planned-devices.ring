# A decline for all also means devices whose turn had not come.
ring A, B after 10
plan on_decline stop
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=4     A declines                    -> answer caller ; B ended ; B.outcome declined_elsewhere ; B.rang no
