# registered
set -o pipefail
seq 1 100 | while read -r n; do ((n % 7 == 0)) && echo "$n"; done | tac | paste -sd+ | bc
false | true; echo "pipefail $?"
cat <<TEXT | sed 's/[aeiou]/<&>/g'
A here document with $((6 * 7)) and $(echo substituted)
TEXT
cat <<<"a here string" | tr a-z A-Z
diff <(printf '1\n2\n3\n') <(printf '1\n3\n4\n'); echo "diff $?"
exec 5<>/tmp/both; echo written >&5; cat /tmp/both
{ echo out; echo err >&2; } 2>&1 >/dev/null | sed 's/^/from stderr: /'
