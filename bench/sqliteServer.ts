// What a small analytics server does with a hit: it is parsed, inserted into SQLite, and answered once it is on disk.
// `sqliteServer PORT FOLDER MODULE each|together`: a transaction for each request, or one for all requests that have come meanwhile.
import { createServer, type ServerResponse } from 'node:http'
import { join } from 'node:path'

/** As much of better-sqlite3 as node:sqlite has too. */
interface Database {
  exec(sql: string): void
  prepare(sql: string): { run(...values: (string | null)[]): unknown }
}
type SqliteModule = { default: { new (path: string): Database; DatabaseSync?: new (path: string) => Database } }
type Hit = Record<'id' | 'type' | 'url' | 'title' | 'referrer' | 'timestamp', string>

const [port, folder, module, transactions] = process.argv.slice(2) as [string, string, string, 'each' | 'together']
const { default: loaded } = (await import(module)) as SqliteModule
const database = new (loaded.DatabaseSync ?? loaded)(join(folder, 'hits.db'))
database.exec('PRAGMA journal_mode = WAL')
database.exec('PRAGMA synchronous = FULL')
database.exec('CREATE TABLE hits (id TEXT PRIMARY KEY, type TEXT, url TEXT, title TEXT, referrer TEXT, timestamp TEXT, agent TEXT, address TEXT, received INTEGER)')
database.exec('CREATE INDEX by_time ON hits (timestamp)')
const insert = database.prepare(`INSERT OR IGNORE INTO hits VALUES (?, ?, ?, ?, ?, ?, ?, ?, unixepoch())`)

interface Waiting {
  hits: readonly Hit[]
  agent: string
  address: string
  response: ServerResponse
}
let waiting: Waiting[] = []

createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    if (request.method !== 'POST') return void response.writeHead(204).end()
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Hit | { hits: Hit[] }
    const one = { hits: 'hits' in body ? body.hits : [body], agent: request.headers['user-agent'] ?? '', address: String(request.headers['x-forwarded-for'] ?? ''), response }
    if (transactions === 'each') return store([one])
    // What has been read in this turn of the loop goes together.
    if (waiting.push(one) === 1) setImmediate(storeWaiting)
  })
}).listen(Number(port), '127.0.0.1')

function storeWaiting(): void {
  const all = waiting
  waiting = []
  store(all)
}

function store(all: readonly Waiting[]): void {
  database.exec('BEGIN')
  for (const { hits, agent, address } of all) for (const { id, type, url, title, referrer, timestamp } of hits) insert.run(id, type, url, title, referrer, timestamp, agent, address)
  database.exec('COMMIT')
  for (const { response } of all) response.writeHead(201).end()
}
