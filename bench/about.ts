export type BenchName = 'table' | 'ingest' | 'bytes' | 'query' | 'storage' | 'explorer' | 'funnel' | 'clickhouse' | 'import' | 'dashboard' | 'tracker' | 'scale'

/** What is told of a bench beside its figures. */
export interface About {
  /** What it is about, as a heading. */
  title: string
  /** For `--help`. */
  summary: string
  /** Of a measurement that is recorded. */
  rounds: number
  /** How long that takes on two cores, as long as the record does not know better. */
  minutes: number
  /** Packages whose versions belong to the figures, beside those that the bench finds as it runs. */
  uses: readonly string[]
  /** How it is measured, a sentence each. */
  method: readonly string[]
  /** Where what is compared does not do the same work. */
  unequal: readonly string[]
}

const storage = ['unstorage', 'hyparquet', 'hyparquet-writer'] as const
const engines = [
  'The engines count hits or visits each time they are asked. Treadlight answers from sums and indexes that upkeep has made before; what making them takes is in the figures of `query` and `storage`.',
  'Of the segments as they are the engines tell sessions apart by a window over the hits. In tables of their own that was done as these were filled, and is not in the time.',
  'The engines use as many threads as there are cores, Treadlight one.',
  'Tables of the engines are in memory (DuckDB) or in a folder of its own (chdb); what they answer is compared with our answer, and a difference ends the bench.',
] as const

/** Every bench by its name, in the order of `all` and of docs/benchmarks.md. */
export const benches: Readonly<Record<BenchName, About>> = {
  table: {
    title: 'Against others, at a quick size',
    summary: 'what there is without a name: ratios against bare servers, SQLite, DuckDB, chdb and other trackers, all measured in the same run, at a quick size',
    rounds: 3,
    minutes: 12,
    uses: ['h3', ...storage, '@duckdb/node-api'],
    method: ['The comparisons of `ingest`, `bytes` and `query` in one run, the questions on 300,000 hits of a year instead of ten million. The command in the last column measures at the full size.'],
    unequal: [],
  },
  ingest: {
    title: 'Taking hits',
    summary: 'hits per second of the collector against bare servers and SQLite, start-up, memory',
    rounds: 3,
    minutes: 8,
    uses: ['h3', 'srvx', ...storage],
    method: [
      'A server process on one core; on another a process with 64 connections that send a hit, or 50, and wait for the answer: ten thousand user agents, addresses and URLs.',
      'Every server in turn in each round, with four seconds of load before what counts; the median of the rounds.',
    ],
    unequal: [
      'The bare servers parse a hit and throw it away. The collector checks every field, tells bots, browsers, sources and visitors, refuses what comes too often, and stores each hit once whatever is sent twice.',
      'SQLite gets what the hit says and nothing that is derived of it: one table with the id as its key and an index on the time, in WAL mode with `synchronous = FULL`, behind a bare node:http server.',
    ],
  },
  bytes: {
    title: 'Bytes of the script',
    summary: 'bytes of our scripts and of other trackers’ from their npm packages: minified, gzip -9, brotli 11',
    rounds: 1,
    minutes: 1,
    uses: ['rollup', 'terser'],
    method: [
      'What a page loads: scripts as they are in the package; of modules what a bundler makes of the import, minified by terser. The same holds for ours.',
      'Scripts that only their servers hand out (Umami, GoatCounter, Matomo, Vercel, Fathom) are not compared: no npm package of theirs that we know of has them.',
    ],
    unequal: ['No two trackers do the same: what each lacks or has beyond `t.js` stands in its row. Features were looked for in the code of that version.'],
  },
  query: {
    title: 'Questions',
    summary: 'how long questions take on up to ten million hits, in a new process and in one that was asked before; memory, bytes; DuckDB and chdb beside it',
    rounds: 5,
    minutes: 35,
    uses: [...storage, '@duckdb/node-api'],
    method: [
      'Made-up hits, always the same. “Fresh” is from before the storage is opened in a new process until all answers are there; “warm” the median of nine more with other ranges and values in that process.',
      'Figures are medians of the rounds, each in processes of its own.',
    ],
    unequal: engines,
  },
  storage: {
    title: 'Storing',
    summary: 'compaction, bytes per hit, export, erasure and their memory, on a month and a year of arrivals',
    rounds: 1,
    minutes: 6,
    uses: storage,
    method: ['A month of a million arrivals, and a year of as many, replayed by a clock of their own, with upkeep every hour; each task in a process of its own. CPU seconds are of all threads.'],
    unequal: [],
  },
  explorer: {
    title: 'Single hits',
    summary: 'how long a page of a million hits takes, searched and ordered in any way, in a new process and in one that was asked before',
    rounds: 3,
    minutes: 8,
    uses: storage,
    method: ['The best of the rounds.'],
    unequal: [],
  },
  funnel: {
    title: 'Funnels and journeys',
    summary: 'how long funnels and journeys take on a month of one and ten million hits, in a new process and in one that was asked before',
    rounds: 3,
    minutes: 15,
    uses: storage,
    method: ['A funnel of four steps and journeys of five, of all visits and of those of one country; medians of the rounds.'],
    unequal: [],
  },
  clickhouse: {
    title: 'On ClickHouse',
    summary: 'the dashboard’s questions on ten million hits in ClickHouse, beside SQL that was written by hand; what storing and deriving take',
    rounds: 3,
    minutes: 20,
    uses: ['@clickhouse/client'],
    method: [
      'On ClickHouse’s engine in a process (chdb): each question of the dashboard, and in turn with it the statement that somebody would write for just that, on a table of their own that holds nothing else.',
    ],
    unequal: ['The statements by hand do not look for erasures, prunings, log-ins and days that are not derived yet, which the store does for each question.'],
  },
  import: {
    title: 'Importing',
    summary: 'hits per second of one core from a file of a million until they answer from indexes: our own exports, access logs',
    rounds: 3,
    minutes: 12,
    uses: storage,
    method: ['The command as it is, on an empty folder, with fsync. Per second of CPU time of all threads.'],
    unequal: [],
  },
  dashboard: {
    title: 'The dashboard’s page',
    summary: 'how long the page takes to show its numbers, on a desktop and on a slow phone, in Chromium',
    rounds: 7,
    minutes: 3,
    uses: ['playwright-core'],
    method: ['Logged in, 30 days, with nothing in the browser’s cache. The phone is four times slower, with 9 Mbit/s and 60 ms.'],
    unequal: [],
  },
  tracker: {
    title: 'The start of the script',
    summary: 'how long the scripts keep the main thread of a page: as they are evaluated, and until the first view is sent, in Chromium',
    rounds: 3,
    minutes: 3,
    uses: ['playwright-core'],
    method: ['On a page of 500 paragraphs, each script ten times a round in a browser that has just begun, in turn; an empty script shows what the measuring itself takes.'],
    unequal: [],
  },
  scale: {
    title: 'For docs/scale.md',
    summary: 'requests that an object store bills, memory and start by the hits of the largest day: what docs/scale.md needs beside the others',
    rounds: 1,
    minutes: 8,
    uses: storage,
    method: ['Requests are counted by a driver in place of a bucket; what they come to by the month is in [scale.md](scale.md).'],
    unequal: [],
  },
}

/** @returns whether there is a bench of that name */
export function isBench(name: string): name is BenchName {
  return Object.hasOwn(benches, name)
}
