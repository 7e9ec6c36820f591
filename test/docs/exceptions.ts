// What of the documents is not run here, and why.

/** Blocks whose language nothing here runs, by page and a piece of the block. */
export const unrun: readonly { page: string; has: string; why: string }[] = [
  { page: 'ARCHITECTURE.md', has: 'browser   look', why: 'a drawing of the way of a hit' },
  { page: 'ARCHITECTURE.md', has: 'protocol ◄ tracker', why: 'a drawing; `npm run lint` holds who may import whom' },
  { page: 'ARCHITECTURE.md', has: '{site}:batch:{minute}', why: 'names of keys; test/golden has directories of them' },
  { page: 'docs/collector.md', has: 'client.geo.country_code', why: 'VCL runs at Fastly alone' },
  { page: 'docs/clickhouse.md', has: 'CREATE USER treadlight', why: 'chdb, which the tests have, knows no users: statements of a server' },
]

/** Blocks that another test runs or holds to something, by page and a piece of the block. */
export const heldBy: readonly { page: string; has: string; test: string }[] = [
  { page: 'README.md', has: 'count(distinct (day, id))', test: 'test/docs/readme.test.ts' },
  { page: 'docs/export.md', has: "from 'hits.parquet'", test: 'test/docs/export.test.ts' },
  { page: 'docs/import.md', has: 'log_format treadlight', test: 'test/services/docsProxies.test.ts' },
  { page: 'docs/proxying.md', has: 'location ~ ^/(t', test: 'test/services/docsProxies.test.ts' },
  { page: 'docs/proxying.md', has: 'location = /js/app.js', test: 'test/services/docsProxies.test.ts' },
  { page: 'docs/proxying.md', has: 'map $http_x_edge_key', test: 'test/services/docsProxies.test.ts' },
  { page: 'docs/proxying.md', has: 'handle /js/app.js', test: 'test/services/docsProxies.test.ts' },
  { page: 'docs/proxying.md', has: 'flush_interval', test: 'test/services/docsProxies.test.ts' },
]

/** Programs that are not ours: what is checked of them is the files of this repository that they name. */
export const foreign: Readonly<Record<string, string>> = {
  git: 'the repository is here already',
  cd: 'changes folders',
  cp: 'copies a file that is looked for',
  docker: 'there is no Docker where the tests run; the files are held by test/deploy',
  systemctl: 'there is no systemd where the tests run; the unit is held by test/deploy',
  journalctl: 'the same',
  'systemd-run': 'the same; what it starts is checked',
  rsync: 'copies folders; docs/backup.md is held by test/collector/backup',
  tar: 'the same',
  psql: 'another product’s database',
  zip: 'packs what psql has written',
  '[': 'compares',
  jq: 'reads JSON',
  sort: 'of every Unix',
  uniq: 'the same',
  head: 'the same',
}

/** Requests to the collector that are answered otherwise than by success, and why that is right here. */
export const answers: readonly { page: string; has: string; status: number; why: string }[] = [
  { page: 'docs/admin.md', has: '/api/hits/01983f6e', status: 404, why: 'the hit of the example is not there' },
]
