#!/usr/bin/env bash
# Runs pytest; what failed gets one more try, alone.
#
# The end-to-end suite runs on real brokers, kubelets and clocks, on machines that do other work: a wait may be too
# short once in a thousand. A test that fails twice in a row fails the run; one that passes at the second try is shown
# as failed above and belongs to be looked at. Used for tests/e2e only: no other test may need it.
set -uo pipefail
.venv/bin/pytest "$@" && exit 0
echo "Once more, only what failed:"
exec .venv/bin/pytest --last-failed --last-failed-no-failures=none "$@"
