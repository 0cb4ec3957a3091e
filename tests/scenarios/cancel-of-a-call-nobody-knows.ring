# There is no such call: nothing happens, and a call that comes later under this name is rung.
ring A
t=0     operator cancels              -> nothing ; phase none ; next never
t=1     caller calls                  -> dial A ; phase ringing
