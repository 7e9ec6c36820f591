import { codeOf } from './fsError.ts'

export interface Failure {
  driver: string
  /** `write shop:batch:…`, `connect to 127.0.0.1:6379`. */
  action: string
  cause: unknown
  /** What the owner can do about it. */
  remedy: string
}

const remedies: Record<string, string> = {
  ECONNREFUSED: 'start the server, or correct its address',
  ECONNRESET: 'see the log of the server; it is tried again with the next hit',
  EHOSTUNREACH: 'correct its address, or the network',
  ENOTFOUND: 'correct its address',
  EAI_AGAIN: 'check the name server of this machine',
  ETIMEDOUT: 'see whether the server hangs, or raise timeout',
  EPIPE: 'see the log of the server; it is tried again with the next hit',
}

/**
 * An error that names the driver, the thing and the remedy, and keeps the cause. It has the code of its cause, but never
 * EEXIST: that is what the store takes for an existing value.
 */
export function createDriverError({ driver, action, cause, remedy }: Failure): Error {
  const code = rootCode(cause)
  const message = `[treadlight ${driver}] could not ${action} (${describe(cause)}): ${remedies[code] ?? remedy}`
  return Object.assign(new Error(message, { cause: withoutSecrets(cause) }), code === '' || code === 'EEXIST' ? {} : { code })
}

/** The error for a key that has a value. */
export function createExistsError(driver: string, key: string): Error {
  const message = `[treadlight ${driver}] could not write ${key} (EEXIST): values are written once: choose another key`
  return Object.assign(new Error(message), { code: 'EEXIST' })
}

/** Hides the user and the password of every URL in a text, and what its query calls a secret. */
export function redact(text: string): string {
  return text.replaceAll(/\/\/\S*@/g, '//***@').replaceAll(/([?&][^=&\s]*(?:pass|secret|key|token)[^=&\s]*=)[^&\s]*/gi, '$1***')
}

/** fetch says "fetch failed" and has the reason as its cause. */
function rootCode(cause: unknown): string {
  const code = codeOf(cause)
  return code === '' && cause instanceof Error && cause.cause !== undefined ? rootCode(cause.cause) : code
}

function describe(cause: unknown): string {
  const code = rootCode(cause)
  // What PostgreSQL and SQLite have as codes tells nobody anything.
  if (/^E[A-Z_]+$/.test(code) && !code.startsWith('ERR_')) return code
  if (!(cause instanceof Error)) return redact(String(cause))
  return cause.message === 'fetch failed' && cause.cause instanceof Error ? describe(cause.cause) : redact(cause.message)
}

/** ioredis keeps the arguments of a command, which are hits or a password; Node's URL keeps what it could not parse. */
function withoutSecrets(cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause
  for (const name of ['command', 'input']) if (name in cause) Reflect.deleteProperty(cause, name)
  cause.message = redact(cause.message)
  return cause
}
