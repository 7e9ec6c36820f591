import { ConfigError } from '../../settings.ts'
import type { ImportFormat, ImportRow } from '../importFormat.ts'
import { readPageRequest } from '../pageRequest.ts'
import { readFiles } from '../readFiles.ts'
import { readLines } from '../readLines.ts'
import { createLogClock } from '../logClock.ts'

/**
 * The combined log format of Apache and nginx, with the virtual host before it or without (`vhost_combined`). What stands
 * behind its fields, such as durations, is passed over.
 */
export const combinedLog: ImportFormat = {
  name: 'combined',
  title: 'access logs of Apache and nginx in the combined format, also with the virtual host before it',
  detects: ({ text }) => text.split('\n', 5).some((line) => combined.test(line)),
  read(input) {
    const { host, files } = input
    const first = files[0]?.text.split('\n').find((line) => combined.test(line))
    if (host === '' && first !== undefined && combined.exec(first)![1] === undefined)
      throw new ConfigError('--host: the log does not say of which host it is: name it, as in --host www.example.org')
    const timeOf = createLogClock()
    return readFiles(input, combinedLog, (file, from) => readLines(file, from), ({ lines, line }) => {
      const rows: ImportRow[] = []
      for (const [index, text] of lines.entries()) if (text !== '') rows.push(readRow(text, line - lines.length + index + 1, host, timeOf))
      return rows
    })
  },
}

/** Host, address, time, request, status, referrer, user agent. Quotes within quotes have a backslash before them. */
const combined = /^(?:([\w.-]+)(?::\d+)? )?([0-9a-fA-F.:]+|[\w.-]+) \S+ (?:\S+|"[^"]*") \[([^\]]+)\] "((?:[^"\\]|\\.)*)" (\d{3}) (?:\d+|-) "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"/
const request = /^([A-Z]+) (\S+)(?: HTTP\/[\d.]+)?$/

function readRow(text: string, line: number, fallback: string, timeOf: (text: string) => number): ImportRow {
  const match = combined.exec(text)
  if (match === null) return { problem: 'is no line of the combined format', sample: text.slice(0, 80), line }
  const [, host, address, written, asked, status, referrer, userAgent] = match as unknown as [string, string | undefined, string, string, string, string, string, string]
  const [, method, target] = request.exec(asked) ?? []
  // What scanners send instead of a request.
  if (method === undefined || target === undefined || !target.startsWith('/')) return { skip: 'not asked for with GET', line }
  const time = timeOf(written)
  if (Number.isNaN(time)) return { problem: 'has a time that nobody can read', sample: written.slice(0, 80), line }
  const read = readPageRequest({
    time,
    method,
    status: Number(status),
    host: host ?? fallback,
    scheme: 'https',
    target: plain(target),
    address,
    userAgent: plain(userAgent),
    referrer: plain(referrer),
    contentType: '',
  })
  if ('skip' in read) return { ...read, line }
  read.hit.row = text
  return { hit: read.hit, line }
}

/** `-` is nothing; Apache and nginx write letters that would spoil a line as `\"`, `\\`, `\x22`. */
function plain(text: string): string {
  if (text === '-') return ''
  if (!text.includes('\\')) return text
  const bytes = text.replace(/\\(?:x([0-9a-fA-F]{2})|(.))/g, (_, hex: string | undefined, letter: string) => (hex === undefined ? letter : `%${hex}`))
  try {
    return decodeURIComponent(bytes.replace(/%(?![0-9a-fA-F]{2})/g, '%25'))
  } catch {
    return bytes
  }
}
