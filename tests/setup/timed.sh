#!/usr/bin/env bash
# timed.sh NAME COMMAND…: runs the command and says how many seconds it took, and how it ended.
set -u
name=$1
shift
echo "== $name"
start=$SECONDS
"$@"
status=$?
if [ "$status" = 0 ]; then outcome="ok"; else outcome="FAILED, exit $status"; fi
line="== $name: $((SECONDS - start)) s, $outcome"
echo "$line"
# Whoever runs several suites says where the lines are to be collected.
[ -z "${IGC_SUITES-}" ] || echo "$line" >>"$IGC_SUITES"
exit "$status"
