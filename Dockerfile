# docker build -t treadlight . && docker run --read-only -p 127.0.0.1:4600:4600 -v treadlight:/app/data treadlight
# docs/deploy.md says more. test/services/image.test.ts performs these lines without Docker.
FROM node:22-alpine AS build
WORKDIR /src
COPY . .
RUN npm ci --ignore-scripts --no-audit --no-fund
RUN npm run build
RUN node scripts/assemble.mjs /app
RUN mkdir -m 700 /app/data

FROM node:22-alpine
# Of the user node, by number: what says runAsNonRoot asks for one.
COPY --from=build --chown=1000:1000 /app/data /app/data
COPY --from=build /app/node_modules /app/node_modules
COPY --from=build /app/package.json /app/package.json
# Here a config file is looked for, /app/treadlight.config.mjs, and here is ./data.
WORKDIR /app
ENV NODE_ENV=production PATH=/app/node_modules/.bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TREADLIGHT_HOST=0.0.0.0
USER 1000:1000
EXPOSE 4600
VOLUME /app/data
# 503 is where hits cannot be stored.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.TREADLIGHT_PORT || process.env.PORT || 4600}/api/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["treadlight"]
CMD ["serve"]
