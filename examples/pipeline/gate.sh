#!/bin/sh
# A release gate: stops the build on a listed or barred supplier, lets reviews
# through with a note, and keeps the report.
#
#   gate.sh SBOM-OR-TREE [WAIVERS]
#
# Set TOUCHMARK to run another binary. Exit status: that of touchmark, but a
# review (3) does not stop the build.
set -u
touchmark=${TOUCHMARK:-touchmark}
input=$1
waivers=${2:-}
here=$(dirname "$0")

set -- --policy ndaa-889 --policy "$here/../policies/jurisdiction.yaml"
[ -n "$waivers" ] && set -- "$@" --waivers "$waivers"

"$touchmark" scan "$input" "$@" -o text -o json=touchmark-report.json
status=$?
case $status in
0) echo "gate: no finding" ;;
2) echo "gate: stopped; explain a finding with: $touchmark explain ID touchmark-report.json" ;;
3) echo "gate: to be reviewed, not stopped"; status=0 ;;
*) echo "gate: touchmark ended with $status; not a verdict, so the build stops" ;;
esac
exit $status
