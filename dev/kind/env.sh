#!/usr/bin/env bash
# Shell lines that point tools and tests at the kind cluster: eval "$(dev/kind/env.sh)"
set -euo pipefail
cat "${SLUICEGATE_KIND_STATE:-$(cd "$(dirname "$0")/../.." && pwd)/build/kind}/env"
