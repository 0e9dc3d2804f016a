# What an engine does to a container, without an engine: the program is the first process of its namespaces, others
# enter them, SIGTERM reaches its handler, and without a handler it is the engine that kills.
install
mkdir root2
cp "$T/launch" "$T/hello" "$X" root2/
guest() { cat "/proc/$1/task/$1/children" | tr -d ' '; }
for start in /launch "/${X##*/} /launch"; do
  unshare --pid --fork --kill-child --root "$D/root2" $start stop >out &
  outside=$!
  for _ in $(seq 600); do grep -q ready out && break; sleep 0.05; done
  first=$(guest $outside)
  nsenter --target "$first" --pid --mount --root=root2 /hello
  kill -TERM "$first"
  wait $outside
  echo "status $?"
  cat out
done
unshare --pid --fork --kill-child --root "$D/root2" /launch stop >out &
outside=$!
for _ in $(seq 600); do grep -q ready out && break; sleep 0.05; done
first=$(guest $outside)
kill -KILL "$first"
wait $outside 2>/dev/null
[ -e "/proc/$first" ] || echo killed
# prints:
# Hello from AArch64
# status 3
# ready
# signal 15
# Hello from AArch64
# status 3
# ready
# signal 15
# killed
