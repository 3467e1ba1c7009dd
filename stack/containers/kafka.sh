#!/usr/bin/env bash
# Starts one Kafka in KRaft mode, broker and controller in one, from the jars in /opt/kafka/libs: they lie there in
# apache/kafka as well as in local/kafka, which has no scripts beside them. The log is kept in the volume.
set -euo pipefail
data=/var/lib/kafka/data
conf=/tmp/server.properties
java=(java -cp '/opt/kafka/libs/*' -Dlog4j2.level=WARN -Djava.awt.headless=true)
read -ra heap <<<"${KAFKA_HEAP_OPTS:--Xms256m -Xmx512m}"

cat >"$conf" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:9093
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://0.0.0.0:9092,CONTROLLER://127.0.0.1:9093
advertised.listeners=PLAINTEXT://${KAFKA_HOST:-kafka}:9092
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs=$data/log
auto.create.topics.enable=false
num.partitions=1
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
PROPERTIES

if [[ ! -f $data/log/meta.properties ]]; then
  id=$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | cut -c 1-22)
  "${java[@]}" -XX:TieredStopAtLevel=1 kafka.tools.StorageTool format --config "$conf" --cluster-id "$id"
fi
exec "${java[@]}" "${heap[@]}" -XX:+UseG1GC -XX:+ExitOnOutOfMemoryError kafka.Kafka "$conf"
