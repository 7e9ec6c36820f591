import { redact, type StorageConfig } from '@treadlight/store'
import type { Environment } from './environment.ts'
import { asBoolean, asNumber, asText, ConfigError, suggest } from './settings.ts'

/** Where values go: the driver, and whatever else that driver takes. */
export interface StorageSettings {
  driver: string
  [option: string]: unknown
}

/**
 * How an option is read. `secret`: text that is never shown. `url`: text of which the account is not shown. `json`: in an environment variable it is JSON, and never
 * shown, since it may hold a secret. `code`: an object that only a config file in code can hold.
 */
type Kind = 'text' | 'secret' | 'url' | Range | 'boolean' | 'json' | 'code'
/** A whole number from … to …: what is out of it breaks in a library that says nothing of settings. */
type Range = readonly [lowest: number, highest: number]

const port: Range = [1, 65_535]
/** What timers of JavaScript can count to, ms. */
const longest = 2_147_483_647
const timeout: Range = [1, longest]

type Driver = StorageConfig['driver']
type OptionOf<Name extends Driver> = Exclude<keyof Extract<StorageConfig, { driver: Name }>, 'driver'>

/** Every option of every driver: the compiler tells when a driver has another one. */
const kinds: { [Name in Driver]: Record<OptionOf<Name>, Kind> } = {
  fs: { base: 'text', sync: 'boolean' },
  memory: {},
  redis: {
    url: 'url',
    host: 'text',
    port,
    username: 'text',
    password: 'secret',
    db: [0, 2_147_483_647],
    cluster: 'json',
    client: 'json',
    base: 'text',
    timeout,
  },
  postgres: {
    url: 'url',
    host: 'text',
    port,
    user: 'text',
    password: 'secret',
    database: 'text',
    ssl: 'json',
    max: [1, 10_000],
    client: 'json',
    table: 'text',
    timeout,
  },
  sqlite: { path: 'text', table: 'text', timeout: [0, longest] },
  s3: {
    bucket: 'text',
    region: 'text',
    endpoint: 'text',
    accessKeyId: 'secret',
    secretAccessKey: 'secret',
    sessionToken: 'secret',
    pathStyle: 'boolean',
    prefix: 'text',
    timeout,
    retries: [0, 100],
    parallel: [1, 10_000],
  },
  r2: { binding: 'code', prefix: 'text', timeout },
  'cloudflare-kv': { binding: 'code', base: 'text', acceptEventualConsistency: 'boolean', timeout },
}

/** Without these a driver can do nothing. */
const required: Partial<Record<Driver, readonly string[]>> = {
  sqlite: ['path'],
  s3: ['bucket', 'accessKeyId', 'secretAccessKey'],
  r2: ['binding'],
  'cloudflare-kv': ['binding'],
}

/** Undefined for a driver that nobody knows. The name comes from outside: it may be `constructor`. */
const optionsOf = (driver: string): Record<string, Kind> | undefined => (isDriver(driver) ? kinds[driver] : undefined)
const prefix = 'TREADLIGHT_STORAGE_'

/** The environment variables of all drivers' options: `accessKeyId` is TREADLIGHT_STORAGE_ACCESS_KEY_ID. */
export const storageVariables: readonly string[] = [
  `${prefix}DRIVER`,
  ...new Set(Object.values(kinds).flatMap((options) => Object.keys(options).map(variableOf))),
]

/** Every option of every driver by its variable, with the drivers that have it, in the order of docs/storage.md. */
export function listStorageOptions(): { option: string; variable: string; drivers: string[]; allowed: string }[] {
  const names = new Set(Object.values(kinds).flatMap((options) => Object.keys(options)))
  return [...names].flatMap((option) => {
    const drivers = Object.keys(kinds).filter((driver) => Object.hasOwn(optionsOf(driver)!, option) && optionsOf(driver)![option] !== 'code')
    return drivers.length === 0 ? [] : [{ option, variable: variableOf(option), drivers, allowed: describeAllowed(optionsOf(drivers[0]!)![option]!) }]
  })
}

export interface StorageSources {
  /** By path, `storage.base`. */
  flags: Record<string, string | undefined>
  env: Environment
  /** The file's `storage`, and the file's name for messages. */
  file: { name: string; storage: Record<string, unknown> }
  /** Told of each option that is in force, and where it is from. */
  note?: (path: string, setting: { value: unknown; from: string }) => void
}

/**
 * The driver and its options: flags before environment before file. What the environment or the file says for another
 * driver does not count, so that `--driver memory` works beside any of them.
 *
 * @throws ConfigError for an option that the driver does not have, or that cannot be what is given
 */
export function readStorage({ flags, env, file, note = () => undefined }: StorageSources): StorageSettings {
  const fileDriver = file.storage['driver'] ?? 'fs'
  const driver = asText(flags['storage.driver'] ?? (env.values[`${prefix}DRIVER`] || undefined) ?? fileDriver)
  if (driver === undefined) throw new ConfigError(`storage.driver (${file.name}) must be the name of a storage driver`)
  note('storage.driver', { value: driver, from: placeOfDriver({ flags, env, file }) })
  checkFlags(flags, driver)
  checkFile(file, fileDriver)
  const fromFile = driver === fileDriver ? file.storage : {}
  const options = optionsOf(driver)
  // Of a driver that nobody knows, `openStorage` says which there are.
  if (options === undefined) return { ...fromFile, driver }
  const storage: StorageSettings = { driver }
  for (const [name, kind] of Object.entries(options)) {
    const variable = variableOf(name)
    const [raw, place] =
      flags[`storage.${name}`] !== undefined
        ? [flags[`storage.${name}`], 'flag']
        : env.values[variable]
          ? [env.values[variable], env.placeOf(variable)]
          : [fromFile[name], file.name]
    if (raw === undefined) continue
    storage[name] = readOption(name, kind, raw, place)
    note(`storage.${name}`, { value: storage[name], from: place })
  }
  if (driver === 'fs' && storage['base'] === undefined) {
    storage['base'] = './data'
    note('storage.base', { value: './data', from: 'default' })
  }
  // The driver's own default, which is not handed to it.
  if (driver === 'fs' && storage['sync'] === undefined) note('storage.sync', { value: true, from: 'default' })
  assertComplete(storage)
  return storage
}

function placeOfDriver({ flags, env, file }: StorageSources): string {
  if (flags['storage.driver'] !== undefined) return 'flag'
  if (env.values[`${prefix}DRIVER`]) return env.placeOf(`${prefix}DRIVER`)
  return file.storage['driver'] === undefined ? 'default' : file.name
}

function isDriver(name: string): name is Driver {
  return Object.hasOwn(kinds, name)
}

function assertComplete(storage: StorageSettings): void {
  const missing = isDriver(storage.driver) ? required[storage.driver]?.find((name) => storage[name] === undefined) : undefined
  if (missing === undefined) return
  const remedy = missing === 'binding' ? 'which a Worker is given; from elsewhere, R2 is reached by the driver s3' : `set it, or ${variableOf(missing)}`
  throw new ConfigError(`storage.${missing}: the driver ${storage.driver} needs it: ${remedy}`)
}

/**
 * What must never be printed: passwords and keys, also those in addresses and below `client`. What is shorter than four
 * letters is left out, since hiding it would tear other words apart.
 */
export function secretsOf({ driver, ...options }: StorageSettings): string[] {
  const kindsOf = new Map(Object.entries(optionsOf(driver) ?? {}))
  const found = Object.entries(options).flatMap(([name, value]) => {
    const kind = kindsOf.get(name)
    if (kind === 'json') return secretsBelow(value, false)
    if (typeof value !== 'string') return []
    if (kind === 'url') return secretsOfUrl(value)
    return kind === 'secret' ? [value] : []
  })
  return [...new Set(found)].filter((secret) => secret.length >= 4).toSorted((a, b) => b.length - a.length)
}

/** What is no address may be a password that went into the wrong setting. */
function secretsOfUrl(url: string): string[] {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) return [url]
  const inQuery = [...url.matchAll(/[?&][^=&]*(?:pass|secret|key|token)[^=&]*=([^&#]*)/gi)].flatMap(([, value]) => decoded(value!))
  return [...passwordsOf(url), ...inQuery]
}

function passwordsOf(url: string): string[] {
  const password = /\/\/[^/@]*?:(.*)@/s.exec(url)?.[1]
  return password ? decoded(password) : []
}

/** As it stands in the address, and as it is meant. */
function decoded(text: string): string[] {
  try {
    return [text, decodeURIComponent(text)]
  } catch {
    return [text]
  }
}

function secretsBelow(value: unknown, isSecret: boolean): string[] {
  if (typeof value === 'string') return isSecret ? [value] : passwordsOf(value)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => secretsBelow(inner, isSecret || /pass|secret|token|key/i.test(name)))
}

function checkFlags(flags: Record<string, string | undefined>, driver: string): void {
  if (driver !== 'fs' && flags['storage.base'] !== undefined)
    throw new ConfigError(`--data is the folder of the fs driver, and the driver is ${driver}: leave one of them out`)
}

/** Against the driver that the file itself means. */
function checkFile({ name, storage }: StorageSources['file'], driver: unknown): void {
  const options = optionsOf(String(driver))
  if (options === undefined) return
  const unknown = Object.keys(storage).find((option) => option !== 'driver' && !Object.hasOwn(options, option))
  if (unknown === undefined) return
  const known = Object.keys(options)
  const owners = Object.keys(kinds).filter((other) => Object.hasOwn(optionsOf(other)!, unknown))
  const remedy =
    owners.length > 0
      ? `${owners.join(', ')} ${owners.length > 1 ? 'have' : 'has'} it`
      : known.length > 0
        ? suggest(unknown, known, 'storage.')
        : 'it has none'
  throw new ConfigError(`${name}: there is no setting storage.${unknown} of the driver ${String(driver)}; ${remedy}`)
}

function readOption(name: string, kind: Kind, raw: unknown, place: string): unknown {
  const value = typeof kind === 'string' ? readers[kind](raw, place.startsWith('environment')) : readNumber(raw, kind)
  if (value !== undefined) return value
  // The value itself may be a secret that went into the wrong variable.
  throw new ConfigError(`storage.${name} (${place}) must be ${describeAllowed(kind)}`)
}

function describeAllowed(kind: Kind): string {
  if (typeof kind === 'string') return allowed[kind]
  return `a whole number from ${kind[0]} to ${kind[1]}`
}

const allowed: Record<Exclude<Kind, Range>, string> = {
  text: 'text',
  secret: 'text',
  url: 'text',
  boolean: 'true or false',
  json: 'JSON',
  code: 'an object, which only treadlight.config.mjs or a Worker can hand over',
}

const readers: Record<Exclude<Kind, Range>, (raw: unknown, isText: boolean) => unknown> = {
  text: asText,
  // A password may begin with a space.
  secret: asPlainText,
  url: asPlainText,
  boolean: asBoolean,
  json: (raw, isText) => (isText ? parseJson(raw) : raw),
  code: (raw) => (typeof raw === 'object' && raw !== null ? raw : undefined),
}

function asPlainText(raw: unknown): string | undefined {
  return typeof raw === 'string' && raw !== '' ? raw : undefined
}

/** Digits only: no `0x10`, no `1e3`. */
function readNumber(raw: unknown, [lowest, highest]: Range): number | undefined {
  return typeof raw === 'string' && !/^\s*\d+\s*$/.test(raw) ? undefined : asNumber(raw, lowest, highest)
}

function parseJson(raw: unknown): unknown {
  try {
    return JSON.parse(String(raw))
  } catch {
    return undefined
  }
}

function variableOf(option: string): string {
  return prefix + option.replaceAll(/[A-Z]/g, '_$&').toUpperCase()
}

/**
 * An option as it may be shown: nothing of what is a secret, of an address no account, of JSON only that there is some.
 * @param option without `storage.`
 */
export function showOption(driver: string, option: string, value: unknown): unknown {
  const kind = optionsOf(driver)?.[option]
  if (kind === 'secret') return '***'
  if (kind === 'url') return /^[a-z][a-z0-9+.-]*:\/\//i.test(String(value)) ? hideAccount(String(value)) : '***'
  if (kind === 'json' || kind === 'code') return typeof value === 'object' ? '(an object)' : value
  // Of a driver that nobody knows, what an option means nobody knows either.
  return kind === undefined && option !== 'driver' ? '***' : value
}

/** Also of what a query says. */
function hideAccount(url: string): string {
  return redact(secretsOfUrl(url).reduce((shown, secret) => shown.replaceAll(secret, '***'), url))
}
