#!/usr/bin/env bash
# Removes what up.sh made. Not run by those who wrote it (see up.sh).
set -uo pipefail
cd "$(dirname "$0")/../.."
state=${SLUICEGATE_KIND_STATE:-$PWD/build/kind}
KIND_EXPERIMENTAL_DOCKER_NETWORK=sluicegate kind delete cluster --name sluicegate
docker rm --force sluicegate-kafka >/dev/null
docker network rm sluicegate >/dev/null
# The broker and the API server wrote there as root.
docker run --rm --volume "$state:/state" --entrypoint sh python:3.11-slim -c 'rm -rf /state/*'
rm -rf "$state"
