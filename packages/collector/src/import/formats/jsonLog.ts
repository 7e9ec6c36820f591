import { clientHeaders } from '@treadlight/protocol'
import { ConfigError } from '../../settings.ts'
import { isObject } from '../../isObject.ts'
import { parseObject } from '../../parseObject.ts'
import { createLogClock } from '../logClock.ts'
import type { ImportFormat, ImportInput, ImportPiece, ImportRow } from '../importFormat.ts'
import { readPageRequest, type LoggedRequest } from '../pageRequest.ts'
import { readFiles } from '../readFiles.ts'
import { readLines } from '../readLines.ts'

type Json = Record<string, unknown>

/** What Caddy's access log writes by default: a JSON object a line, `ts` in any format of its encoder. */
export const caddyLog: ImportFormat = {
  name: 'caddy',
  title: 'access logs of Caddy, as JSON',
  detects: (file) => sayAnyOf(file.text, (line) => isObject(line['request']) && 'ts' in line),
  read: (input) => readRequests(input, caddyLog, readCaddy),
}

/** nginx with a `log_format` of JSON, under the names that its variables have: docs/import.md has one. */
export const nginxLog: ImportFormat = {
  name: 'nginx-json',
  title: 'access logs of nginx as JSON, under the names of its variables',
  detects: (file) => sayAnyOf(file.text, (line) => 'remote_addr' in line && 'status' in line),
  read: (input) => readRequests(input, nginxLog, readNginx),
}

function sayAnyOf(text: string, is: (line: Json) => boolean): boolean {
  return text.split('\n', 5).some((line) => {
    const object = parseObject(line)
    return object !== undefined && is(object)
  })
}

/** What a line says of a request; undefined for a line about something else; a text for what is wrong with it. */
type ReadRequest = (line: Json) => LoggedRequest | undefined | string

function readRequests(input: ImportInput, format: ImportFormat, read: ReadRequest): AsyncIterable<ImportPiece> {
  const { host } = input
  return readFiles(input, format, (file, from) => readLines(file, from), ({ lines, line }) => {
    const rows: ImportRow[] = []
    for (const [index, text] of lines.entries()) if (text !== '') rows.push(readRow(text, line - lines.length + index + 1, host, read))
    return rows
  })
}

function readRow(text: string, line: number, host: string, read: ReadRequest): ImportRow {
  const object = parseObject(text)
  if (object === undefined) return { problem: 'is no JSON object', sample: text.slice(0, 80), line }
  const request = read(object)
  if (request === undefined) return { skip: 'about something else than a request', line }
  if (typeof request === 'string') return { problem: request, sample: text.slice(0, 80), line }
  request.host = request.host || host
  if (request.host === '') throw new ConfigError('--host: the log does not say of which host it is: name it, as in --host www.example.org')
  const found = readPageRequest(request)
  if ('skip' in found) return { ...found, line }
  found.hit.row = text
  return { hit: found.hit, line }
}

function readCaddy(line: Json): LoggedRequest | undefined | string {
  const { request, ts, status, resp_headers: answered } = line
  if (!isObject(request)) return undefined
  const time = typeof ts === 'number' ? Math.round(ts * 1000) : Date.parse(String(ts).replaceAll('/', '-'))
  if (Number.isNaN(time)) return 'has a time that nobody can read'
  const headers = isObject(request['headers']) ? request['headers'] : {}
  const said: Record<string, string> = {}
  for (const name in headers) {
    const lower = name.toLowerCase()
    if (kept.has(lower)) said[lower] = firstOf(headers[name])
  }
  return {
    time,
    method: text(request['method']),
    status: Number(status),
    host: text(request['host']),
    scheme: isObject(request['tls']) ? 'https' : 'http',
    target: text(request['uri']),
    // Behind a trusted proxy the client is another than the peer.
    address: text(request['client_ip']) || text(request['remote_ip']) || text(request['remote_addr']),
    userAgent: firstOf(headers['User-Agent']),
    referrer: firstOf(headers['Referer']),
    contentType: isObject(answered) ? firstOf(answered['Content-Type']) : '',
    headers: said,
  }
}

const kept = new Set<string>([...clientHeaders, 'sec-fetch-dest', 'purpose', 'x-purpose', 'x-moz'])
const logTime = createLogClock()

function readNginx(line: Json): LoggedRequest | undefined | string {
  const asked = /^([A-Z]+) (\S+)/.exec(text(line['request']))
  const time = nginxTime(line)
  if (Number.isNaN(time)) return 'has none of msec, time_iso8601 and time_local'
  const query = text(line['args'])
  const target = asked?.[2] ?? (text(line['request_uri']) || `${text(line['uri'])}${query === '' ? '' : `?${query}`}`)
  return {
    time,
    method: asked?.[1] ?? (text(line['request_method']) || text(line['method'])),
    status: Number(line['status']),
    host: text(line['http_host']) || text(line['host']) || text(line['server_name']),
    scheme: text(line['scheme']) === 'http' ? 'http' : 'https',
    target,
    address: text(line['remote_addr']),
    userAgent: text(line['http_user_agent']),
    referrer: text(line['http_referer']) || text(line['http_referrer']),
    contentType: text(line['sent_http_content_type']),
  }
}

function nginxTime({ msec, time_iso8601: iso, time_local: local }: Json): number {
  if (msec !== undefined) return Math.round(Number(msec) * 1000)
  return iso === undefined ? logTime(text(local)) : Date.parse(text(iso))
}

/** nginx writes `-` for what is not there. */
function text(value: unknown): string {
  return typeof value === 'string' && value !== '-' ? value : ''
}

function firstOf(value: unknown): string {
  return text(Array.isArray(value) ? value[0] : value)
}
