ring A
t=0     caller calls                  -> dial A ; phase answering
