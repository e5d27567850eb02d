# The hub as a container: runs as nobody in particular, writes only below /var/lib/shirase.
# The city's profile lies in the image; what belongs to one site comes with further --settings files (docker-compose.yml).
FROM python:3.11.14-slim-bookworm AS build
WORKDIR /src
COPY requirements.lock pyproject.toml README.md LICENSE ./
COPY feeds feeds
COPY geo geo
COPY rules rules
COPY services services
COPY config/morioka config/morioka
COPY config/container config/container
COPY deploy deploy
COPY docs/operations.md docs/operations.md
RUN python -m venv /opt/shirase \
 && /opt/shirase/bin/pip install --no-cache-dir --require-hashes -r requirements.lock \
 && pip wheel --no-cache-dir --no-deps --wheel-dir /wheels . \
 && /opt/shirase/bin/pip install --no-cache-dir --no-deps /wheels/*.whl

FROM python:3.11.14-slim-bookworm
# /var/lib/nats is where a node of a cluster keeps what is its own (docker-compose.cluster.yml).
RUN useradd --system --uid 10001 --home /var/lib/shirase --create-home shirase \
 && install -d -o shirase -g shirase -m 0700 /var/lib/nats
COPY --from=build /opt/shirase /opt/shirase
COPY config/morioka /usr/share/shirase/morioka
# What a container needs to be told: one.toml for a whole hub, compose.toml for docker-compose.yml.
COPY config/container /usr/share/shirase
ENV PATH=/opt/shirase/bin:$PATH SHIRASE_PROFILE=/usr/share/shirase/morioka SHIRASE_DATA_DIR=/var/lib/shirase PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2 SHIRASE_SETTINGS=/usr/share/shirase/one.toml
USER 10001
VOLUME /var/lib/shirase
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
 CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
CMD ["shirase", "serve"]
