#!/bin/sh
# A release gate: stops the build on a listed or barred supplier, lets reviews
# through with a note, and keeps the report.
#
#   gate.sh SBOM-OR-TREE [WAIVERS]
#
# TOUCHMARK      another binary
# GATE_PACKS     packs beside the company's own policy (default: ndaa-889 dod-1260h)
# GATE_REVIEW    "stop": a review stops the build, too
# GATE_AS_OF     the day for which facts and waivers hold (default: today)
#
# Exit status: that of touchmark, but a review (3) does not stop the build
# unless GATE_REVIEW says so.
#   0  no finding that counts, or reviews only
#   2  a finding fails, or a waiver for it has expired
#   3  a review, with GATE_REVIEW=stop
#   other  no verdict: the input, a policy or a waiver could not be read (1), the
#      database is too old (5), too little is attributed (4)
set -u
if [ $# -lt 1 ] || [ $# -gt 2 ]; then
	# Not left to the shell, which may end with 2 here.
	echo "usage: gate.sh SBOM-OR-TREE [WAIVERS]" >&2
	exit 1
fi
touchmark=${TOUCHMARK:-touchmark}
input=$1
waivers=${2:-}
here=$(dirname "$0")

set -- --policy "$here/../policies/jurisdiction.yaml"
for pack in ${GATE_PACKS:-ndaa-889 dod-1260h}; do
	set -- "$@" --policy "$pack"
done
[ -n "$waivers" ] && set -- "$@" --waivers "$waivers"
[ -n "${GATE_AS_OF:-}" ] && set -- "$@" --as-of "$GATE_AS_OF"

"$touchmark" scan "$input" "$@" -o text -o json=touchmark-report.json
status=$?
echo "gate: touchmark ended with $status"
case $status in
0) echo "gate: no finding that counts" ;;
2) echo "gate: stopped; explain a finding with: $touchmark explain ID touchmark-report.json" ;;
3)
	if [ "${GATE_REVIEW:-}" = stop ]; then
		echo "gate: stopped for a review"
	else
		echo "gate: to be reviewed, not stopped"
		status=0
	fi
	;;
*) echo "gate: not a verdict, so the build stops" ;;
esac
exit $status
