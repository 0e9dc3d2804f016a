# Completion of xemu-aarch64(1) for bash.
_xemu_aarch64() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} i
  COMPREPLY=()
  if [ "${COMP_WORDS[1]}" = binfmt ] && [ "$COMP_CWORD" -ge 2 ]; then
    case $before in
      --interpreter|--root|--mount) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return;;
      --install) mapfile -t COMPREPLY < <(compgen -W 'arm64 all' -- "$word"); return;;
      --name|--uninstall) return;;
    esac
    local list='--replace --persistent --credentials --open-binary --interpreter --name --root --mount --json --help'
    [ "$COMP_CWORD" -gt 2 ] || list+=' install uninstall status doctor --install --uninstall --version --reset --stay'
    mapfile -t COMPREPLY < <(compgen -W "$list" -- "$word")
    return
  fi
  # Behind the program's name its own arguments follow.
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      -L|-E|-U|-0|-s|-cpu|-r|-d|-D|--engine|--cache-size|--host) i=$((i + 1));;
      -*) ;;
      *) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return;;
    esac
  done
  case $before in
    --engine) mapfile -t COMPREPLY < <(compgen -W 'jit interp verify' -- "$word");;
    --host) mapfile -t COMPREPLY < <(compgen -W 'v2 v3 native' -- "$word");;
    -cpu) mapfile -t COMPREPLY < <(compgen -W "$(xemu-aarch64 -cpu help 2>/dev/null) help" -- "$word");;
    -d) mapfile -t COMPREPLY < <(compgen -W 'in_asm op op_opt out_asm exec int help' -- "$word");;
    -E|-U|-0|-s|-r|--cache-size) ;;
    *)
      case $word in
        -*) mapfile -t COMPREPLY < <(compgen -W '-L -E -U -0 -s -cpu -r -d -D -strace --engine --eager --cache-size
          --host --stats -version -h --help --bench-translate' -- "$word");;
        *) mapfile -t COMPREPLY < <(compgen -f -- "$word"; [ "$COMP_CWORD" -gt 1 ] || compgen -W 'binfmt dump' -- "$word");;
      esac;;
  esac
}
complete -o filenames -F _xemu_aarch64 xemu-aarch64
