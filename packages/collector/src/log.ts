import { inspect } from 'node:util'
import type { Config } from './config.ts'
import { createSecretHider } from './hideSecrets.ts'
import { ConfigError } from './settings.ts'

type Level = 'info' | 'warning' | 'error'
type Fields = Record<string, string | number | boolean | undefined>

/** What the collector says while it runs, on standard error. */
export interface Log {
  /** What went as it should: JSON only, since people are told by the banner. */
  info(message: string, fields?: Fields): void
  warn(message: string, fields?: Fields): void
  /** What went wrong. Of our own errors the message says all there is to say; of others, where they come from. */
  error(error: unknown): void
}

export interface LogOptions {
  format: 'text' | 'json'
  /** Takes out what must not be seen. */
  hide: (text: string) => string
  /** ms since 1970. @default Date.now */
  now?: () => number
  /** @default standard error */
  write?: (line: string) => void
}

/** Writes one event a line, or as text with its further lines indented, so that none can pass for another event. */
export function createLog({ format, hide, now = Date.now, write = (line) => console.error(line) }: LogOptions): Log {
  const say = format === 'json' ? sayJson : sayText
  return {
    info: (message, fields) => {
      if (format === 'json') say('info', message, fields)
    },
    warn: (message, fields) => say('warning', message, fields),
    error(error) {
      if (error instanceof ConfigError) return say('error', error.message)
      if (format === 'text') return write(escapeText(hide(inspect(error))))
      const isError = error instanceof Error
      const stack = isError ? inspect(error) : undefined
      return say('error', isError ? error.message : inspect(error), { error: isError ? error.name : undefined, stack })
    },
  }

  function sayJson(level: Level, message: string, fields: Fields = {}): void {
    const hidden = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? hide(value) : value]))
    write(escapeJson(JSON.stringify({ time: new Date(now()).toISOString(), level, message: hide(message), ...hidden })))
  }

  function sayText(_: Level, message: string): void {
    write(escapeText(hide(`treadlight: ${message}`)))
  }
}

/** The log that a config asks for. */
export function createConfiguredLog(config: Pick<Config, 'storage' | 'log'> & Partial<Pick<Config, 'destinations'>>): Log {
  const { destinations = [] } = config
  return createLog({ format: config.log, hide: createSecretHider(config.storage, destinations.flatMap(({ secrets }) => secrets)) })
}

/** Controls, which move a terminal's cursor or ring its bell, and what turns the direction of writing. */
// oxlint-disable-next-line no-control-regex -- control characters are what it is for
const unsafe = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g

function escapeLetter(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** JSON says controls below space by itself. */
function escapeJson(line: string): string {
  return line.replace(unsafe, escapeLetter)
}

/** So that nothing in it can pass for another line of the log. */
function escapeText(text: string): string {
  return text.replace(unsafe, escapeLetter).replaceAll('\n', '\n    ')
}
