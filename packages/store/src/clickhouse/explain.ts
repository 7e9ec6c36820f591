import { StoreBusyError } from '../store.ts'

/** Seconds until a server that had too much to do is asked again. */
const retryAfter = 2

/** What a server says that has too much to do, or too little room for a moment. */
const busy = new Set(['TOO_MANY_PARTS', 'TOO_MANY_SIMULTANEOUS_QUERIES', 'MEMORY_LIMIT_EXCEEDED', 'TOO_MANY_MUTATIONS', 'TABLE_IS_READ_ONLY', 'UNKNOWN_STATUS_OF_INSERT', 'TOO_FEW_LIVE_REPLICAS', 'UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE'])

/** What a server says, and what to do about it. */
const remedies: Record<string, string> = {
  AUTHENTICATION_FAILED: 'check store.username and store.password',
  REQUIRED_PASSWORD: 'check store.username and store.password',
  ACCESS_DENIED: 'the user needs SELECT, INSERT, ALTER, CREATE, DROP and TRUNCATE on the database: see docs/clickhouse.md',
  NOT_ENOUGH_SPACE: 'make room on the disk of the server',
  CLUSTER_DOESNT_EXIST: 'check store.cluster against system.clusters',
  NO_ELEMENTS_IN_CONFIG: 'every node of a cluster needs the macros shard and replica: see docs/clickhouse.md',
}

/** What Node.js says of a server that does not answer. */
const away = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'EPIPE'])

/**
 * An error of the client as one that names the server and the remedy, with it as `cause`.
 * @param name of the server, without a password
 */
export function explain(error: unknown, name: string): Error {
  const { type = '', code = '', message = String(error) } = error as { type?: string; code?: string; message?: string }
  const kind = type === '' ? (/\(([A-Z_]{4,})\)/.exec(message)?.[1] ?? '') : type
  // What comes behind is the statement, with what visitors and owners have in it.
  const text = (message.split(/\n|: ?(?:while|in query|In scope)| in scope /i)[0] ?? '').slice(0, 300)
  if (busy.has(kind)) return new StoreBusyError(`ClickHouse at ${name} has too much to do (${kind}): ${text}`, retryAfter, { cause: error })
  if (away.has(code)) return new Error(`[treadlight clickhouse] nobody answers at ${name} (${code}): start the server, or check store.url`, { cause: error })
  if (/timeout/i.test(text)) return new Error(`[treadlight clickhouse] ${name} did not answer in time: ${text}`, { cause: error })
  const remedy = remedies[kind]
  return new Error(`[treadlight clickhouse] ${name}: ${text}${remedy === undefined ? '' : `: ${remedy}`}`, { cause: error })
}
