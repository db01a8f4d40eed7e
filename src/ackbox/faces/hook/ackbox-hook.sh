#!/bin/sh
# `ackbox hook` without a start of Python, for an agent program's hook: curl passes the event to the
# server of this machine. Takes the arguments of `ackbox hook`. Whatever curl cannot do, such as the
# first event of a session, goes to `ackbox hook`. Prints a complete reply or nothing, and always
# ends with 0. Explained in docs/why/reach.md, "A hook without Python".
here=${0%/*}
program=$1

with_python() {
    [ -x "$here/ackbox" ] || exit 0
    exec "$here/ackbox" hook "$@"
}

log() {
    umask 077
    { echo "$(date +%Y-%m-%dT%H:%M:%S%z) $program: $1" >>"$data/hook.log"; } 2>/dev/null
    exit 0
}

agent='' workspace=$ACKBOX_WORKSPACE data=$ACKBOX_DATA_DIR owner='' name=''
for word do
    case $name in
        --as) agent=$word name='' ;;
        -w | --workspace) workspace=$word name='' ;;
        --data-dir) data=$word name='' ;;
        *)
            case $word in
                --as | -w | --workspace | --data-dir) name=$word ;;
                --connected | --launched) owner=$word ;;
                "$program") ;;
                *) with_python "$@" ;;
            esac
            ;;
    esac
done
# The hooks of an installation are off in a program that `ackbox run` started.
[ "$owner" = --connected ] && [ "$ACKBOX_LAUNCH" = "$program" ] && exit 0
: "${data:=${XDG_DATA_HOME:-$HOME/.local/share}/ackbox}"
file=$data/hook.curl
# Another server, key or instance is chosen, or a name needs quoting: not a case for this script.
case $ACKBOX_URL$ACKBOX_KEY$ACKBOX_INSTANCE in ?*) with_python "$@" ;; esac
case $agent in '' | *[!A-Za-z0-9_.-]*) with_python "$@" ;; esac
case $workspace in *[!A-Za-z0-9_.-]*) with_python "$@" ;; esac
[ -e "${XDG_CONFIG_HOME:-$HOME/.config}/ackbox/config.toml" ] && with_python "$@"
[ -f "$file" ] && [ -O "$file" ] && command -v curl >/dev/null || with_python "$@"

ask() {
    curl -q -K "$file" -H "Ackbox-Program: $program" -H "Ackbox-Agent: $agent" \
        ${workspace:+-H "Ackbox-Workspace: $workspace"} "$@" 2>/dev/null
}

read -r _ proof <"$file"
answer=$(ask --data-binary @-) || log "no answer from the server (curl $?)"
[ -n "$answer" ] || exit 0
newline='
'
first=${answer%%"$newline"*} reply=${answer#*"$newline"}
[ -n "$proof" ] && [ "${first%% *}" = "$proof" ] || log 'the answer is not from the server'
case ${first#* } in
    again) printf '%s' "$reply" | with_python "$@" ;;
    -) printf '%s\n' "$reply" ;;
    *)
        # Confirmed only after the reply was written.
        printf '%s\n' "$reply" || exit 0
        ask -H "Ackbox-Shown: ${first#* }" -d '' || log "not confirmed (curl $?)"
        ;;
esac
exit 0
