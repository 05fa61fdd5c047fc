#!/usr/bin/env bash
# kind with Docker in place of the local bed: the same addresses, listeners, users and audit log.
# NOT RUN by those who wrote it: the machine the local bed was built on has no Docker. See dev/README.md.
set -euo pipefail
cd "$(dirname "$0")/../.."
state=${SLUICEGATE_KIND_STATE:-$PWD/build/kind}
name=sluicegate
kafka_image=apache/kafka:4.1.1

for tool in docker kind kubectl helm; do
  command -v "$tool" >/dev/null || { echo "BED=kind needs $tool, which is not on this machine." >&2; exit 1; }
done
mkdir -p "$state"
.venv/bin/python -m dev.kind.files "$state"
. "$state/env"

# Nodes get addresses from the upper half, so the broker's is free; hosts and pods both reach this network.
docker network inspect "$name" >/dev/null 2>&1 ||
  docker network create --subnet 10.245.0.0/24 --ip-range 10.245.0.128/25 --gateway 10.245.0.254 "$name" >/dev/null
export KIND_EXPERIMENTAL_DOCKER_NETWORK=$name
kind get clusters 2>/dev/null | grep -qx "$name" ||
  kind create cluster --name "$name" --config "$state/cluster.yaml" --kubeconfig "$KUBECONFIG" --wait 180s

if ! docker ps --format '{{.Names}}' | grep -qx "$name-kafka"; then
  docker rm -f "$name-kafka" >/dev/null 2>&1 || true
  docker run --detach --name "$name-kafka" --network "$name" --ip 10.245.0.1 --user 0:0 \
    --volume "$state:$state" --env KAFKA_HEAP_OPTS='-Xms128m -Xmx384m' --entrypoint bash "$kafka_image" -ec "
      tool=/opt/kafka/bin
      [ -f $state/kafka/meta.properties ] || \$tool/kafka-storage.sh format -t c2x1aWNlZ2F0ZS1iZWQtMQ -c $state/config/kafka.properties \
        --add-scram 'SCRAM-SHA-256=[name=sluice,password=sluice-secret]' --add-scram 'SCRAM-SHA-512=[name=sluice,password=sluice-secret]' \
        --add-scram 'SCRAM-SHA-256=[name=admin,password=admin-secret]' --add-scram 'SCRAM-SHA-512=[name=admin,password=admin-secret]'
      exec \$tool/kafka-server-start.sh $state/config/kafka.properties" >/dev/null
fi

docker build --quiet --tag "$SLUICEGATE_IMAGE" .
docker build --quiet --tag "$SLUICEGATE_EXAMPLES_IMAGE" --file examples/Dockerfile .
kind load docker-image --name "$name" "$SLUICEGATE_IMAGE" "$SLUICEGATE_EXAMPLES_IMAGE"

for _ in $(seq 90); do
  .venv/bin/python -c 'import sys; from dev.bed.brokerprobe import answers; sys.exit(not answers())' && exit 0
  docker ps --format '{{.Names}}' | grep -qx "$name-kafka" || { docker logs --tail 3 "$name-kafka" >&2; exit 1; }
  sleep 1
done
echo "The broker did not answer within 90 s; docker logs $name-kafka tells why." >&2
exit 1
