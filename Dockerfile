# syntax=docker/dockerfile:1
# Two stages: the first installs and builds the playbook index, the second only runs, as a user without rights.
FROM python:3.12-slim-bookworm AS build
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
WORKDIR /app
# hadolint ignore=DL3013
RUN python -m venv /opt/venv && /opt/venv/bin/python -m pip install --no-cache-dir uv==0.13.9
COPY requirements.lock ./
RUN /opt/venv/bin/uv pip install --no-cache --require-hashes -r requirements.lock
COPY pyproject.toml README.md manifest.json ./
COPY bot bot
COPY tools tools
COPY knowledge knowledge
RUN /opt/venv/bin/uv pip install --no-cache --no-deps . \
    && RETENTION_HOME=/opt/retention /opt/venv/bin/retention index

FROM python:3.12-slim-bookworm
RUN useradd --create-home --uid 10001 retention \
    && install -d -o retention -g retention /home/retention/data
COPY --from=build /opt/venv /opt/venv
COPY --from=build --chown=retention:retention /opt/retention/index /home/retention/data/index
ENV PATH=/opt/venv/bin:$PATH RETENTION_HOME=/home/retention/data RETENTION_CACHE=/home/retention/data/cache PYTHONUNBUFFERED=1 HEALTH_PORT=3000 LOG_FORMAT=json MPLCONFIGDIR=/tmp/matplotlib
USER 10001
WORKDIR /home/retention
VOLUME /home/retention/data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:3000/healthz', timeout=4)"]
ENTRYPOINT ["retention"]
CMD ["serve"]
