# The first device answers before the second one's moment: the second phone never rings.
ring A, B after 5
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=3     A answers                     -> answer caller ; B ended ; B.cause never_dialled ; B.rang no
