# The provider stays away for longer than it would know the bridge's id: a second attempt, and when that cannot be sent
# either, voicemail without a look, because nothing was ever made.
ring A
t=0     caller calls                       -> dial A
t=0.1   dial A ok
t=3     A answers                          -> answer caller
t=3     answer caller ok                   -> bridge A ; phase bridging
t=3     bridge A not sent after 60
t=13    time                               -> bridge A again
t=13    bridge A not sent after 60
t=23    time                               -> bridge A again
t=23    bridge A not sent after 60
t=33    time                               -> bridge A again
t=33    bridge A not sent after 60
t=43    time                               -> bridge A again
t=43    bridge A not sent after 60
t=48.5  time                               -> bridge A
t=48.5  bridge A not sent after 60
t=58.5  time                               -> bridge A again
t=58.5  bridge A not sent after 60
t=68.5  time                               -> bridge A again
t=68.5  bridge A not sent after 60
t=78.5  time                               -> bridge A again
t=78.5  bridge A not sent after 60
t=88.5  time                               -> bridge A again
t=88.5  bridge A not sent after 60
t=93.5  time                               -> hangup A, speak greeting ; phase vm_greeting
