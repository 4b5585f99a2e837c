# One image for every part: all in one with its own servers (the default), or web, worker and
# migrations beside PostgreSQL and Valkey of their own, as docker-compose.yml has it.
ARG BASE=python:3.13-slim
FROM ${BASE}

WORKDIR /srv/thonso
COPY pyproject.toml README.md ./
COPY app ./app
COPY forms ./forms
COPY migrations ./migrations
RUN python3 -m venv /opt/thonso \
 && /opt/thonso/bin/pip install --no-cache-dir --disable-pip-version-check --editable . \
 && useradd --system --no-create-home --uid 10001 thonso \
 && install -d -o thonso -g thonso -m 0700 /data

ENV PATH=/opt/thonso/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    THONSO_DATA=/data \
    THONSO_HOST=0.0.0.0 \
    THONSO_PORT=8000
USER thonso
VOLUME /data
EXPOSE 8000
CMD ["python", "-m", "app.embedded"]
