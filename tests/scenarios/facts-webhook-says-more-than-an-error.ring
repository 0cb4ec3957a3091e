# The end was known from an error; the webhook that follows says why, and what it says is kept.
ring A
t=0     caller calls                  -> dial A
t=0.1   dial A ok
t=3     A answers                     -> answer caller
t=3.1   answer caller refused 90018   -> hangup A ; caller.cause ended_before_the_answer
t=3.2   caller hangs up cause originator_cancel source caller -> nothing ; caller.cause originator_cancel ; caller.source caller ; caller.ended_at 3.1
