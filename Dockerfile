# Earshot in a container: the bot as a user without rights, nothing to build with in the image.
#
#   docker build -t earshot .
#   docker build -t earshot --build-arg TORCH_INDEX=<PyTorch's CPU index> .
#
# The public index serves PyTorch with several GB of CUDA libraries. Earshot runs on the CPU: name the CPU index that
# PyTorch's installation page shows, and the same version comes without them. How to run it: compose.example.yaml.

ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS build
ARG TORCH_INDEX=""
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/earshot
COPY requirements.lock /src/
RUN /opt/earshot/bin/pip install ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} -r /src/requirements.lock
COPY pyproject.toml README.md LICENSE NOTICE slack-manifest.yaml /src/
COPY bot /src/bot
COPY classifiers /src/classifiers
COPY migrations /src/migrations
COPY sandbox /src/sandbox
RUN /opt/earshot/bin/pip install --no-deps --no-build-isolation /src \
    && /opt/earshot/bin/pip uninstall --yes pip

FROM python:${PYTHON}-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/earshot earshot \
    && mkdir /etc/earshot
COPY --from=build /opt/earshot /opt/earshot
# Offline: the model is in the image, and no customer's text has a reason to leave the host.
ENV PATH=/opt/earshot/bin:$PATH \
    EARSHOT_CONFIG=/etc/earshot/config.toml \
    EARSHOT_HEALTH=http://127.0.0.1:8085/healthz \
    HF_HUB_OFFLINE=1 \
    PYTHONUNBUFFERED=1
USER earshot
WORKDIR /var/lib/earshot
VOLUME /var/lib/earshot
# The model takes its time to load; in HTTP mode set EARSHOT_HEALTH to Slack's port.
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(os.environ['EARSHOT_HEALTH'], timeout=4)"]
ENTRYPOINT ["earshot"]
CMD ["run"]
