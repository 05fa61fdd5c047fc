# The operator's image: a virtual environment and nothing else on top of a Python base.
#
#   docker build -t sluicegate .
#
# Both the base that builds and the one that runs must be the same image: a virtual environment is tied to the path of
# its interpreter. The test bed passes a minimal Debian with Python 3.11 (see dev/README.md).
# The same sources give the same layers, to the bit, where the builder sets times (buildah's --timestamp 0).
ARG BASE_IMAGE=python:3.11-slim

FROM ${BASE_IMAGE} AS tools
WORKDIR /src
COPY requirements.lock requirements-dev.lock ./
# The build backend comes by hash as well: its lines of the development lock, each from its name to the last hash.
RUN python3 -m venv /tools \
 && sed -n '/^\(setuptools\|wheel\|packaging\)==/,/[^\\]$/p' requirements-dev.lock > backend.lock \
 && /tools/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --requirement backend.lock

FROM tools AS dependencies
# No pip or setuptools in the environment that ships. Byte code is compiled here, because nothing can be written at run
# time; unchecked hashes keep it valid and reproducible whatever the time stamps are.
RUN python3 -m venv --without-pip /venv \
 && /tools/bin/pip --python /venv/bin/python3 install --no-cache-dir --disable-pip-version-check --no-compile \
      --require-hashes --requirement requirements.lock \
 && /venv/bin/python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /venv/lib

FROM dependencies AS code
COPY pyproject.toml README.md ./
COPY operator operator
RUN /tools/bin/pip wheel --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation --no-index \
      --wheel-dir /wheel . \
 && /tools/bin/pip --python /venv/bin/python3 install --disable-pip-version-check --no-compile --no-deps --no-index \
      --prefix /code /wheel/*.whl \
 && /venv/bin/python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /code/lib

FROM ${BASE_IMAGE}
# Two layers: the large one changes with requirements.lock, the small one with the code.
COPY --from=dependencies /venv /venv
COPY --from=code /code /venv
# kopf asks for the user's name, and the number below has none: USER answers it.
ENV PATH=/venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    USER=sluicegate
USER 65532:65532
WORKDIR /
ENTRYPOINT ["sluicegate"]
CMD ["run"]
LABEL org.opencontainers.image.title="sluicegate" \
      org.opencontainers.image.description="Kubernetes operator that scales Kafka consumers by lag, never past what partitions and downstream systems can bear" \
      org.opencontainers.image.licenses="Apache-2.0"
