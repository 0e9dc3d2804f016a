declare -A map=([one]=1 [two]=2 [three]=3)
for k in $(printf '%s\n' "${!map[@]}" | sort); do echo "$k=${map[$k]}"; done
fib() { (($1 < 2)) && { echo "$1"; return; }; echo $(($(fib $(($1 - 1))) + $(fib $(($1 - 2))))); }
fib 9
list=(c a b); IFS=,; echo "${list[*]}"; unset IFS
s=abcdefgh; echo "${s:2:3} ${s/cd/XY} ${s^^} ${#s} ${s%%e*} ${s##*d}"
[[ "v1.2.3" =~ ^v([0-9]+)\.([0-9]+) ]] && echo "${BASH_REMATCH[1]}-${BASH_REMATCH[2]}"
printf -v x '%q' "it's"; echo "$x"
case foo.tar.gz in *.gz) echo gzip;; *) echo other;; esac
echo {a..e}{1..3}; echo $((2**40 % 1000007)) $((0xff)) $((-7 / 2)) $((-7 % 3))
