# syntax=docker/dockerfile:1
# One file for every image of the house:
#   docker build --build-arg SERVICE=order -t waybill/order .        a service, one of seven
#   docker build --target tools -t waybill/tools .                   sandboxes, simulator, demo, verify, jobs of compose
# All seven and the tools, for amd64 and arm64: docker buildx bake (docker-bake.hcl).
ARG BUILD_IMAGE=node:24-bookworm-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot

# Manifests alone: packages are installed anew only when these change.
FROM --platform=$BUILDPLATFORM ${BUILD_IMAGE} AS manifests
WORKDIR /waybill
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json ! -name .npmrc -delete

# JavaScript is the same on every platform, and no package that runs is compiled: built once, where the builder is.
FROM --platform=$BUILDPLATFORM ${BUILD_IMAGE} AS build
WORKDIR /waybill
COPY --from=manifests /waybill ./
# A registry other than npm's, or its certificate: --secret id=npmrc,src=$HOME/.npmrc
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc,required=false --mount=type=cache,target=/root/.npm \
    npm ci --ignore-scripts
COPY libs libs
COPY services services
COPY tools tools
RUN node tools/local/build.mjs

# What the wanted workspaces need to run, and nothing else, with its own list of parts (CycloneDX).
FROM build AS service-files
ARG SERVICE=order
RUN node tools/local/image.mjs /app @waybill/${SERVICE} && cd /app && npm sbom --sbom-format=cyclonedx > sbom.json

FROM build AS tools-files
RUN mkdir /data && node tools/local/image.mjs /app @waybill/local @waybill/simulator @waybill/verify && cd /app && npm sbom --sbom-format=cyclonedx > sbom.json

FROM ${RUNTIME_IMAGE} AS runtime
WORKDIR /app
# Small heaps, as `npm start` has them: half the memory, and glibc keeps one arena instead of eight.
ENV NODE_ENV=production MALLOC_ARENA_MAX=1 NODE_OPTIONS="--enable-source-maps --disable-warning=TimeoutNegativeWarning"
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=unknown
LABEL org.opencontainers.image.version=$VERSION \
      org.opencontainers.image.revision=$REVISION \
      org.opencontainers.image.created=$CREATED \
      org.opencontainers.image.licenses=Apache-2.0 \
      org.opencontainers.image.vendor=Waybill
USER 65532:65532

FROM runtime AS tools
LABEL org.opencontainers.image.title="Waybill tools" \
      org.opencontainers.image.description="Sandboxes of payment provider and carriers, simulator, demo, verify, and the jobs that make databases and topics"
COPY --from=tools-files /app /app
# the ledgers of the sandboxes: a volume that is mounted here begins with this owner
COPY --from=tools-files --chown=65532:65532 /data /data
ENTRYPOINT ["/nodejs/bin/node"]
CMD ["tools/local/dist/prepare.js"]

FROM runtime AS service
ARG SERVICE=order
LABEL org.opencontainers.image.title="Waybill ${SERVICE}" \
      org.opencontainers.image.description="The ${SERVICE} service of Waybill, an order management system"
COPY --from=service-files /app /app
WORKDIR /app/services/${SERVICE}
ENV HOST=0.0.0.0 PORT=8080
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=3s --start-period=60s --start-interval=1s \
  CMD ["/nodejs/bin/node", "-e", "fetch('http://127.0.0.1:8080/health/ready').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/nodejs/bin/node"]
CMD ["dist/main.js"]
