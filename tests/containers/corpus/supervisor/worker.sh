#!/bin/bash
# Says when it starts, is told to hang up, and ends.
trap 'echo hup >>/tmp/events' HUP
trap 'echo term >>/tmp/events; exit 0' TERM
echo start >>/tmp/events
while :; do sleep 0.1; done
