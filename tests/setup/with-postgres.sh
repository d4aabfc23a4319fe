#!/usr/bin/env bash
# with-postgres.sh COMMAND…: starts a PostgreSQL server for the tests, says in IGC_TEST_POSTGRES
# where it listens, runs the command, and stops it. The server has a folder of its own and listens
# on a socket in it, on no network. It ends with this script, also when the script is killed; and a
# process that the command leaves behind is named and killed, and the run fails.
set -eu
cd "$(dirname "$0")/../.."

target=$(mkdir -p "${CARGO_TARGET_DIR:-target}" && cd "${CARGO_TARGET_DIR:-target}" && pwd)
# One at a time in a checkout: two would build into the same folder anyway.
exec 9>"$target/tests.lock"
flock -n 9 || { echo "waiting for another test run of this checkout"; flock 9; }

programs=$(dirname "$(ls -v /usr/lib/postgresql/*/bin/postgres 2>/dev/null | tail -n 1)")
[ "$programs" != "." ] || { echo "PostgreSQL is not installed: run tests/setup/install.sh test" >&2; exit 7; }

# A run that was killed could not take its folder away.
remembered=$target/postgres-folder
if [ -f "$remembered" ]; then rm -rf "$(cat "$remembered")"; fi
# Not under target/: PostgreSQL refuses to run as root, and its user may not see into root's home;
# and the path of a socket is at most 107 bytes long.
folder=$(mktemp -d /tmp/igc-postgres-XXXXXX)
echo "$folder" >"$remembered"

# Becomes a program of PostgreSQL: without root's rights, and dying with this script (--pdeathsig).
become() {
    cd /
    if [ "$(id -u)" = 0 ]; then
        exec setpriv --reuid=postgres --regid=postgres --init-groups --pdeathsig INT -- "$@"
    fi
    exec setpriv --pdeathsig INT -- "$@"
}

server=
# Every process started from here carries this mark in its environment.
export IGC_TEST_RUN="$$-$RANDOM$RANDOM"

# The processes that carry the mark, this script and what it is made of apart.
left_behind() {
    local environment pid
    for environment in /proc/[0-9]*/environ; do
        pid=${environment#/proc/}
        pid=${pid%/environ}
        [ "$pid" != "$$" ] && [ "$pid" != "$BASHPID" ] || continue
        if { tr '\0' '\n' <"$environment"; } 2>/dev/null | grep -qx "IGC_TEST_RUN=$IGC_TEST_RUN"; then echo "$pid"; fi
    done
}

stop() {
    local status=$? pid
    trap - EXIT INT TERM
    for pid in $(left_behind); do
        [ -d "/proc/$pid" ] || continue
        echo "left behind by the tests and killed: $pid $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null)" >&2
        kill -KILL "$pid" 2>/dev/null || true
        [ "$status" != 0 ] || status=1
    done
    if [ -n "$server" ]; then
        kill -INT "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$folder" "$remembered"
    exit "$status"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ "$(id -u)" = 0 ]; then chown postgres "$folder"; fi
# Texts stand in the order of a French dictionary, as in many installations: what needs the order of octets says so.
(become "$programs/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --locale-provider=icu --icu-locale=fr-FR --no-sync) \
    >"$target/postgres.log" 2>&1 9>&- || { cat "$target/postgres.log" >&2; exit 1; }
# The folder is the server user's alone (0700), so whoever reaches the socket may connect. Tests
# kill programs, never the machine: fsync would only cost time. Measurements say IGC_POSTGRES_FSYNC=on.
fsync=${IGC_POSTGRES_FSYNC:-off}
(unset IGC_TEST_RUN; become "$programs/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= \
    -c fsync="$fsync" -c full_page_writes="$fsync" -c max_connections=200) >>"$target/postgres.log" 2>&1 9>&- &
server=$!
psql() { "$programs/psql" -X -q -h "$folder" -U postgres -d postgres "$@"; }
for attempt in $(seq 1 200); do
    if psql -c "" 2>/dev/null; then break; fi
    if [ "$attempt" = 200 ] || ! kill -0 "$server" 2>/dev/null; then
        echo "the PostgreSQL server of the tests does not come up:" >&2
        cat "$target/postgres.log" >&2
        exit 1
    fi
    sleep 0.05
done
# No superuser: what an installation's own role can do is what the tests can do.
psql -c "CREATE ROLE igc LOGIN CREATEDB CREATEROLE"
export IGC_TEST_POSTGRES="postgres://igc@/?host=$folder"
"$@" 9>&-
