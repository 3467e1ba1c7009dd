# One image for every process of our own; which one runs is the command: services.identity, gateway, clock, stack.sinks.
ARG BASE_IMAGE=python:3.11-slim-bookworm

FROM ${BASE_IMAGE} AS system
RUN set -eu; missing=; \
    for name in libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core python3.11-venv; do \
      [ "$name" = python3.11-venv ] && python3.11 -c 'import ensurepip' 2>/dev/null && continue; \
      dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $name"; \
    done; \
    if [ -n "$missing" ]; then \
      apt-get update -qq; \
      DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; \
      rm -rf /var/lib/apt/lists/*; \
    fi

FROM system AS packages
# Where pip's index is not the public one; a value with a password would stay in the cache of the builder.
ARG PIP_INDEX_URL
# The folder of wheels is there after stack/images.sh; without it the packages come from pip's index.
COPY requirements.lock pyproject.toml .volmacht/wheel[s] /build/wheels/
COPY stack/__init__.py /build/stack/__init__.py
COPY stack/containers/__init__.py stack/containers/lock.py /build/stack/containers/
WORKDIR /build
RUN set -eu; mv wheels/requirements.lock wheels/pyproject.toml .; \
    python3.11 -m stack.containers.lock >image.lock; \
    python3.11 -m venv /opt/venv; \
    if ls wheels/*.whl >/dev/null 2>&1; then set -- --no-index --find-links wheels; fi; \
    /opt/venv/bin/pip install --quiet --no-cache-dir --disable-pip-version-check --require-hashes "$@" -r image.lock; \
    /opt/venv/bin/pip uninstall --quiet --yes pip setuptools

FROM system AS tree
COPY . /app
RUN rm -rf /app/.volmacht && python3.11 -m compileall -q /app

FROM system
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp XDG_CACHE_HOME=/tmp \
    HTTP_HOST=0.0.0.0 HTTP_PORT=8080 SMTP_PORT=1025 MAIL_FOLDER=/mails
RUN groupadd --gid 10001 volmacht && useradd --uid 10001 --gid volmacht --no-create-home --home-dir /tmp volmacht \
    && install -d -o volmacht -g volmacht -m 700 /mails /demo /keys /run/keys \
    && for name in made identity authorizations chain notifications billing gateway; do \
         install -d -o volmacht -g volmacht -m 700 "/keys/$name"; done
COPY --from=packages /opt/venv /opt/venv
COPY --from=tree /app /app
WORKDIR /app
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=5s --start-period=180s --retries=6 CMD ["python", "-IS", "stack/containers/probe.py"]
ENTRYPOINT ["python", "-m", "stack.containers.start"]
CMD ["stack.sinks"]
