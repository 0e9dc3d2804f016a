# registered
set -m
sleep 0.1 & sleep 0.2 & wait; echo "both waited $?"
(exit 4) & wait $!; echo "status $?"
trap 'echo "caught USR1"' USR1; kill -USR1 $$; echo after
trap 'echo "leaving $?"' EXIT
( trap 'echo inner; exit 6' TERM; kill -TERM $BASHPID; sleep 5 ); echo "subshell $?"
(sh -c 'kill -KILL $$'; echo "killed $?") 2>/dev/null
coproc cat; echo through >&"${COPROC[1]}"; read -r line <&"${COPROC[0]}"; echo "coprocess: $line"
exec {COPROC[1]}>&-; wait
timeout 0.2 sleep 5; echo "timeout $?"
set +m; p=(); for i in $(seq 1 40); do (exit $((i % 3))) & p+=($!); done; n=0; for i in "${p[@]}"; do wait "$i" || n=$((n + 1)); done; echo $n
exit 7
