import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import type { ClickHouseSettings } from '@clickhouse/client'
import { openChdb } from './openChdb.ts'

/** What of an address is no setting. */
const others = new Set(['query', 'query_id', 'database', 'default_format', 'session_id', 'role', 'compress', 'decompress', 'wait_end_of_query', 'enable_http_compression', 'send_progress_in_http_headers', 'http_headers_progress_interval_ms'])

export interface ChdbServer {
  url: string
  /** Statements that came, without what was inserted. */
  statements: readonly string[]
  close(): Promise<void>
}

/**
 * ClickHouse's HTTP interface in front of chdb, as far as the official client uses it: for processes beside the one that has
 * the engine. A stand-in for a server in tests, no more.
 */
export async function startChdbServer(): Promise<ChdbServer> {
  const statements: string[] = []
  const server = createServer((request, response) => {
    answer(request, statements).then(
      (text) => response.setHeader('content-type', 'application/x-ndjson').end(text),
      ({ message, code, type }: Error & { code?: string; type?: string }) => response.writeHead(500).end(`Code: ${code}. DB::Exception: ${message} (${type})`),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    statements,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function answer(request: IncomingMessage, statements: string[]): Promise<string> {
  const { searchParams, pathname } = new URL(request.url ?? '/', 'http://localhost')
  if (pathname === '/ping') return 'Ok.\n'
  const raw = await buffer(request)
  const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString()
  const named = searchParams.get('query')
  statements.push(named ?? body)
  const query = bind(named === null ? body : `${named}\n${body}`, searchParams)
  const settings = Object.fromEntries([...searchParams].filter(([name]) => !others.has(name) && !name.startsWith('param_')))
  const result = await openChdb().exec({ query, clickhouse_settings: settings as ClickHouseSettings })
  return (await buffer(result.stream)).toString()
}

/** The server puts parameters in their places; chdb is handed none by this way. */
function bind(query: string, params: URLSearchParams): string {
  return query.replaceAll(/\{(p\d+):([^}]+)\}/g, (_, name: string, type: string) => {
    const value = params.get(`param_${name}`) ?? ''
    // Bare texts come escaped as in tab-separated values.
    const quoted = value.replaceAll('\\', type === 'String' ? '\\' : '\\\\').replaceAll("'", "\\'")
    return type === 'String' ? `'${quoted}'` : `CAST('${quoted}', '${type}')`
  })
}
