#!/bin/sh
# Starts one Kafka node in KRaft mode, broker and controller in one; the first time it makes its log.
# KAFKA_LIBS: folder of the jars; KAFKA_DATA: folder it owns; KAFKA_HOST, KAFKA_PORT: where clients reach it;
# KAFKA_LISTEN: address it listens on; KAFKA_CONTROLLER_PORT: a free port; KAFKA_HEAP: memory of the JVM;
# KAFKA_JVM: more of its options, by default those of a quick start (half the processor time of one, less at full load).
# Runs as well in a container that has the jars in /opt/kafka/libs and Java 17 on PATH.
set -eu
libs=${KAFKA_LIBS:-/opt/kafka/libs} data=${KAFKA_DATA:-/tmp/kafka} host=${KAFKA_HOST:-127.0.0.1} port=${KAFKA_PORT:-9092}
controller=127.0.0.1:${KAFKA_CONTROLLER_PORT:-9093}
mkdir -p "$data"
# One machine: single copies, no waiting for more members, and a killed node is let back in after 6 s instead of 9.
cat >"$data/server.properties" <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@$controller
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://${KAFKA_LISTEN:-0.0.0.0}:$port,CONTROLLER://$controller
advertised.listeners=PLAINTEXT://$host:$port
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$data/log
auto.create.topics.enable=false
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=6000
broker.heartbeat.interval.ms=1000
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=16777216
END
if ! [ -f "$data/formatted" ]; then
  java -XX:TieredStopAtLevel=1 -cp "$libs/*" kafka.tools.StorageTool format --ignore-formatted \
    --cluster-id fOpIqqw5SyGhYD1eF5SI1A --config "$data/server.properties"
  : >"$data/formatted"
fi
# shellcheck disable=SC2086 # options are words
exec java "-Xmx${KAFKA_HEAP:-512m}" -XX:+UseSerialGC ${KAFKA_JVM:--XX:TieredStopAtLevel=1} -Dlog4j2.level=WARN -cp "$libs/*" kafka.Kafka "$data/server.properties"
