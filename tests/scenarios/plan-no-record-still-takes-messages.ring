# "No recording" is about conversations: a message is the caller's own wish.
ring A
plan no_record
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=3     A declines                    -> answer caller
t=3.1   answer caller ok              -> speak greeting
t=3.2   speak greeting ok
t=9     caller heard greeting         -> record message
