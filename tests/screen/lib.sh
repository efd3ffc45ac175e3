# For screen tests: the real program in a tmux of its own, over the recorded incident.
# Sets: program, folder (removed at the end), incident, model. A test sources this file first.
program=$(realpath "${top_builddir:-.}")/culprit
screens=$(realpath "${srcdir:-.}")/tests/screen
command -v tmux >/dev/null || { echo "tmux is not installed"; exit 77; }
folder=$(mktemp -d) || exit 1
socket=culprit-test-$$-$(basename "$0")
export TMUX_TMPDIR=$folder
unset TMUX NO_COLOR LINES COLUMNS
mux() { tmux -L "$socket" -f /dev/null -u "$@"; }
finish() {
    mux kill-server 2>/dev/null
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

export LC_ALL=C.UTF-8 TZ=UTC HOME=$folder XDG_CONFIG_HOME=$folder
model=$screens/model.json
incident=$folder/incident.culprit
"${top_builddir:-.}"/tests/fixtures/make_incident "$incident" || exit 1
failed=0

complain() {
    echo "$*"
    failed=1
}

mux new-session -d -s keep -x 80 -y 24 -c "$folder" "sleep 600" || exit 1
mux set-option -g status off \; set-option -g default-terminal tmux-256color \; set-option -g remain-on-exit on

# start COLUMNSxROWS COMMAND: the command in a terminal of this size, in $folder. What ran there before is ended. A terminal
# of its own: tmux spreads the changes of a pane's size over time, and the new program would still see those of the old one.
start() {
    mux kill-session -t test 2>/dev/null
    mux new-session -d -s test -x "${1%x*}" -y "${1#*x}" -c "$folder" "$2"
}

# With colours where escapes=-e.
escapes=
screen() { mux capture-pane $escapes -p -t test; }

# alive PID: has it not ended? tmux may take its time to reap what ended in a pane.
alive() { grep -q '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$1/status" 2>/dev/null; }

# wait_for "TEXT": until it stands on the screen, at most a minute.
wait_for() {
    for _ in $(seq 600); do
        screen | grep -qF -- "$1" && return 0
        sleep 0.1
    done
    complain "'$1' did not come; the screen was:"
    screen
    return 1
}

# wait_gone "TEXT": until it does not stand there any more.
wait_gone() {
    for _ in $(seq 600); do
        screen | grep -qF -- "$1" || return 0
        sleep 0.1
    done
    complain "'$1' did not go; the screen was:"
    screen
    return 1
}

# A key of tmux's, sleep:SECONDS, or mouse:BUTTON:COLUMN:ROW (0 = left, 64 = wheel up, 65 = wheel down; from 0), as terminals of the
# first kind send it.
keys() {
    for key; do
        case $key in
        mouse:*)
            IFS=: read -r _ button column row <<<"$key"
            place="$(printf '%x %x' $((33 + column)) $((33 + row)))"
            mux send-keys -H -t test 1b 5b 4d "$(printf '%x' $((32 + button)))" $place
            [ "$button" = 0 ] && mux send-keys -H -t test 1b 5b 4d 23 $place
            ;;
        sleep:*) sleep "${key#sleep:}" ;;
        *) mux send-keys -t test -- "$key" ;;
        esac
        # Escape alone is told from a sequence by the time that follows it.
        [ "$key" = Escape ] && sleep 0.3
    done
}
