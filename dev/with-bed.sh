#!/usr/bin/env bash
# Runs a command with a cluster, a broker and both images at hand, and leaves the machine as it was.
#
#   dev/with-bed.sh pytest tests/e2e        # the local bed: real Kubernetes and Kafka as plain processes (needs root)
#   BED=kind dev/with-bed.sh pytest …       # kind, where there is Docker
#   KEEP=1 dev/with-bed.sh …                # leaves the bed up; a bed that was up before is never taken down
#
# The command finds KUBECONFIG, SLUICEGATE_BOOTSTRAP, SLUICEGATE_BED, SLUICEGATE_IMAGE and SLUICEGATE_EXAMPLES_IMAGE.
set -euo pipefail
cd "$(dirname "$0")/.."
bed=(.venv/bin/python -m dev.bed)

if [[ "${BED:-local}" == kind ]]; then
  [[ -n "${KEEP:-}" ]] || trap 'dev/kind/down.sh' EXIT
  dev/kind/up.sh
  eval "$(dev/kind/env.sh)"
else
  if [[ -z "${KEEP:-}" ]] && ! "${bed[@]}" status >/dev/null 2>&1; then
    trap '"${bed[@]}" down && "${bed[@]}" verify-clean' EXIT
  fi
  "${bed[@]}" up
  eval "$("${bed[@]}" env)"
  SLUICEGATE_IMAGE=$("${bed[@]}" image build --name sluicegate --file Dockerfile)
  SLUICEGATE_EXAMPLES_IMAGE=$("${bed[@]}" image build --name sluicegate-examples --file examples/Dockerfile)
  export SLUICEGATE_IMAGE SLUICEGATE_EXAMPLES_IMAGE
fi
"$@"
