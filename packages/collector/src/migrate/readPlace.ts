import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { isTextFile, loadConfig, type Config } from '../config.ts'
import { describePlace } from '../describeStorage.ts'
import { ConfigError } from '../settings.ts'

/** One of the two places of a migration. */
export interface Place {
  config: Config
  /** In a few words and without secrets; for the same place always the same. */
  name: string
  /** The same of the storage alone, where small values are. */
  storage: string
}

export type Side = 'from' | 'to'

type Flags = Record<string, string>

/** How a place is written, and what that means as flags. */
const forms: Record<string, (rest: string, whole: string) => Flags> = {
  fs: (rest) => ({ 'storage.driver': 'fs', 'storage.base': rest }),
  sqlite: (rest) => ({ 'storage.driver': 'sqlite', 'storage.path': rest }),
  redis: (_, whole) => ({ 'storage.driver': 'redis', 'storage.url': whole }),
  rediss: (_, whole) => ({ 'storage.driver': 'redis', 'storage.url': whole }),
  postgres: (_, whole) => ({ 'storage.driver': 'postgres', 'storage.url': whole }),
  postgresql: (_, whole) => ({ 'storage.driver': 'postgres', 'storage.url': whole }),
  s3: (rest) => {
    const [, bucket = '', prefix = ''] = /^\/\/([^/]*)\/?(.*)$/.exec(rest) ?? []
    return { 'storage.driver': 's3', 'storage.bucket': bucket, ...(prefix !== '' && { 'storage.prefix': prefix.replace(/\/?$/, '/') }) }
  },
}

/** Stores that leave small values to a storage. */
const stores: Record<string, (rest: string) => Flags> = {
  ndjson: (rest) => ({ 'store.type': 'ndjson', 'store.path': rest }),
  clickhouse: (rest) => clickhouseFlags('http', rest),
  clickhouses: (rest) => clickhouseFlags('https', rest),
}

function clickhouseFlags(protocol: string, rest: string): Flags {
  const [, host = '', database = ''] = /^\/\/([^/]*)\/?(.*)$/.exec(rest) ?? []
  return { 'store.type': 'clickhouse', 'store.url': `${protocol}://${host}`, ...(database !== '' && { 'store.database': database }) }
}

/** What `--from` and `--to` may be, for messages and `--help`. */
export const placeForms = 'a config file, fs:FOLDER, sqlite:FILE, redis://…, postgres://…, s3://BUCKET/PREFIX, clickhouse://HOST:PORT/DATABASE or ndjson:FILE'

/**
 * Reads what `--from` or `--to` says: a config file, or a short form such as `fs:./data`. A store that has no place for small
 * values is followed by its storage, `ndjson:./hits.ndjson+fs:./data`, which is the folder ./data where nothing is said.
 * What a short form does not say, passwords before all, comes from `TREADLIGHT_FROM_STORAGE_…` and `TREADLIGHT_TO_STORAGE_…`:
 * the variables of one collector would hold for both.
 *
 * @throws ConfigError for what is none of these
 */
export async function readPlace(side: Side, text: string, env: Record<string, string | undefined> = process.env): Promise<Place> {
  const own = environmentOf(side, env)
  if (/\.(?:mjs|js|ts|json)$/.test(text) && !/^[a-z0-9]+:/.test(text)) {
    if (!existsSync(text)) throw new ConfigError(`--${side} ${text}: there is no such config file`)
    return readConfig(side, { env: own, file: text })
  }
  const [scheme, rest] = split(text)
  const storeFlags = Object.hasOwn(stores, scheme) ? stores[scheme]! : undefined
  if (storeFlags === undefined) return readConfig(side, { env: own, file: '', flags: storageFlags(side, text) })
  const [, path = rest, storage] = /^(.*?)\+([a-z0-9]+:.*)$/s.exec(rest) ?? []
  const flags = { ...storeFlags(path), ...(storage !== undefined && storageFlags(side, storage)) }
  return readConfig(side, { env: own, file: '', flags })
}

/** @throws ConfigError naming the variables of this side, not those of a collector */
async function readConfig(side: Side, options: Parameters<typeof loadConfig>[0]): Promise<Place> {
  const config = await loadConfig(options).catch((cause: unknown) => {
    if (!(cause instanceof ConfigError)) throw cause
    throw new ConfigError(cause.message.replace(/\bTREADLIGHT_(?=STOR)/g, prefixOf(side)), { cause })
  })
  return describe(config)
}

/** The place of a config that is in force. */
export function describe(config: Config): Place {
  const { storage, store } = config
  const absolute = (path: unknown) => (typeof path === 'string' ? resolve(path) : path)
  const own = { ...storage, ...(storage.driver === 'fs' && { base: absolute(storage['base']) }), ...(storage.driver === 'sqlite' && { path: absolute(storage['path']) }) }
  return {
    config,
    name: describePlace({ storage: own, store: isTextFile(config) ? { ...store, path: resolve(store.path) } : store }),
    storage: describePlace({ storage: own, store: { ...store, type: 'storage' } }),
  }
}

function storageFlags(side: Side, text: string): Flags {
  const [scheme, rest] = split(text)
  // The text itself may hold a password.
  if (!Object.hasOwn(forms, scheme) || rest === '') throw new ConfigError(`--${side}: that names no place; it takes ${placeForms}`)
  return forms[scheme]!(rest, text)
}

function split(text: string): [scheme: string, rest: string] {
  const [, scheme = '', rest = ''] = /^([a-z0-9]+):(.*)$/s.exec(text) ?? []
  return [scheme, rest]
}

/** What concerns one place, named as a collector reads it. Nothing of the collector's own settings. */
function environmentOf(side: Side, env: Record<string, string | undefined>): Record<string, string | undefined> {
  const prefix = prefixOf(side)
  return Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (name.startsWith(prefix) ? [[`TREADLIGHT_${name.slice(prefix.length)}`, value]] : [])))
}

function prefixOf(side: Side): string {
  return `TREADLIGHT_${side.toUpperCase()}_`
}
