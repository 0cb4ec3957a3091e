# As busy.
reject busy
t=0     caller calls                  -> reject caller ; outcome rejected
