import { inert } from '../text/index.ts';

/** The Bash functions of the script; they need no program but curl and base64. */
export const prelude = `say() { printf '\\n== %s\\n' "$1" >&2; }
always= # steps to run on success, failure or interruption
ended() { [ -z "$always" ] || printf '\\nSTILL TO RUN, on success, failure or interruption: %s\\n' "$always" >&2; }
trap ended EXIT
stop() { printf '\\nstopped: %s\\n' "$1" >&2; exit 1; }
ask() { local reply; printf '%s [y/N] ' "$1" >&2; read -r reply || reply=; [ "$reply" = y ]; }
judge() { ask "Expected $1. Passed?" || stop "FAILED: expected $1"; }
fill() { [ -n "\${!1+x}" ] || { printf '%s (%s): ' "$1" "$2" >&2; read -r "$1" || stop "no value for $1"; }; }
need() { [ -n "\${!1-}" ] || { printf 'set %s: %s\\n' "$1" "$2" >&2; exit 2; }; }
json() { # escapes a string for JSON
  local s=$1 i c u
  s=\${s//\\\\/\\\\\\\\}; s=\${s//\\"/\\\\\\"}; s=\${s//$'\\n'/\\\\n}; s=\${s//$'\\r'/\\\\r}; s=\${s//$'\\t'/\\\\t}
  for ((i = 1; i < 32; i++)); do
    printf -v u '\\\\u%04x' "$i"; printf -v c '%b' "\\\\x\${u: -2}"; s=\${s//"$c"/"$u"}
  done
  printf '%s' "$s"
}
uri() { # encodes a string for a path or a query
  local LC_ALL=C s=$1 i c
  for ((i = 0; i < \${#s}; i++)); do
    c=\${s:i:1}
    case $c in [A-Za-z0-9._~,-]) printf '%s' "$c" ;; *) printf '%%%02X' "$(( $(printf '%d' "'$c") & 255 ))" ;; esac
  done
}
basic() { printf 'authorization: Basic %s' "$(printf '%s:%s' "$1" "$2" | base64 | tr -d '\\n')"; }
# call CREDENTIALS CA METHOD SECONDS URL [ARGUMENT…]: the body is read from standard input, the response is printed
call() {
  local credentials=$1 ca=$2 method=$3 seconds=$4 url=$5; shift 5
  [ "$method" = HEAD ] && set -- --head "$@" || set -- --request "$method" "$@"
  [ -z "\${!ca-}" ] || set -- --cacert "\${!ca}" "$@"
  curl --silent --show-error --fail-with-body --globoff --max-time "$seconds" --header @<("$credentials") "$@" "$url" && echo
}`;

/** Quotes any text as one argument of the shell. */
export function quoted(text: string): string {
  return `'${inert(text).replaceAll("'", "'\\''")}'`;
}

/** Writes text as one argument: a plain word, path or name=value without quotes. */
export function word(text: string): string {
  return /^[\w./:@=,+-]+$/.test(text) ? text : quoted(text);
}

/** Escapes text for double quotes. */
export function inQuotes(text: string): string {
  return inert(text).replace(/[\\"$`]/g, (character) => `\\${character}`);
}

/** Escapes text for a here-document with an unquoted delimiter. */
export function inHere(text: string): string {
  return inert(text).replace(/[\\$`]/g, (character) => `\\${character}`);
}
