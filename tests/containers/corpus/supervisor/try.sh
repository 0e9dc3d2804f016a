#!/bin/bash
# Starts the supervisor and its two workers, kills one, signals both, ends them.
set -eu
: >/tmp/events
seen() {
  for _ in $(seq 300); do
    [ "$(grep -cx "$1" /tmp/events)" -lt "$2" ] || return 0
    sleep 0.1
  done
  echo "not seen: $2 of $1"
  cat /tmp/events /tmp/supervisord.log
  return 1
}
supervisord -c /app/supervisord.conf
seen start 2
kill -KILL "$(supervisorctl -c /app/supervisord.conf pid worker:worker0)"
seen start 3
supervisorctl -c /app/supervisord.conf signal HUP worker:*
seen hup 2
kill -TERM "$(cat /tmp/supervisord.pid)"
seen term 2
for _ in $(seq 300); do
  [ -e /tmp/supervisord.pid ] || exit 0
  sleep 0.1
done
echo "the supervisor does not end"
exit 1
