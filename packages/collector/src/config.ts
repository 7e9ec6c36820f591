import ipaddr from 'ipaddr.js'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isTimeZone } from './days.ts'
import { importModule } from './importModule.mjs'

/** What the owner may set, in `treadlight.config.{mjs,js,ts,json}`, by environment or by flag. */
export interface Config {
  /**
   * Address to listen on. `0.0.0.0` opens the collector to the network: put TLS in front of it.
   * @default '127.0.0.1'
   */
  host: string
  /** @default 4600 */
  port: number
  /**
   * IANA name: where the site's days begin.
   * @default the machine's own
   */
  timezone: string
  /**
   * Proxies that may say who the client is: addresses, or `loopback`. A proxy too many lets visitors invent addresses.
   * @default ['loopback']
   */
  trustProxies: string[]
  storage: {
    /** @default 'fs' */
    driver: string
    /** Folder of the `fs` driver. @default './data' */
    base: string
    /** `false` answers before the disk has it: faster, and a power cut costs the last hits. @default true */
    sync: boolean
  }
  /** Days after which hits are deleted. */
  retention: {
    /** @default 90 */
    anonymous: number
    /** @default 365 */
    authenticated: number
  }
}

/** What is wrong with a setting, in one line with the remedy. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

interface Setting {
  /** Names of environment variables, the first set one counts. */
  env: readonly string[]
  fallback: () => unknown
  /** @returns undefined where the value is none */
  read: (value: unknown) => unknown
  allowed: string
}

/** Every setting there is, by its path in the config file. */
const settings: Record<string, Setting> = {
  host: { env: ['TREADLIGHT_HOST', 'HOST'], fallback: () => '127.0.0.1', read: asText, allowed: 'an address' },
  port: {
    env: ['TREADLIGHT_PORT', 'PORT'],
    fallback: () => 4600,
    read: (value) => asNumber(value, 0, 65_535),
    allowed: 'a whole number from 0 (any free port) to 65535',
  },
  timezone: {
    env: ['TREADLIGHT_TIMEZONE'],
    fallback: () => new Intl.DateTimeFormat().resolvedOptions().timeZone,
    read: (value) => (typeof value === 'string' && isTimeZone(value) ? value : undefined),
    allowed: 'an IANA time zone such as Europe/Berlin',
  },
  trustProxies: {
    env: ['TREADLIGHT_TRUST_PROXIES'],
    fallback: () => ['loopback'],
    read: asProxies,
    allowed: 'a list of addresses or "loopback" (single addresses: ranges are not understood yet)',
  },
  'storage.driver': {
    env: ['TREADLIGHT_STORAGE_DRIVER'],
    fallback: () => 'fs',
    read: asText,
    allowed: 'the name of a storage driver',
  },
  'storage.base': { env: ['TREADLIGHT_STORAGE_BASE'], fallback: () => './data', read: asText, allowed: 'a folder' },
  'storage.sync': {
    env: ['TREADLIGHT_STORAGE_SYNC'],
    fallback: () => true,
    read: asBoolean,
    allowed: 'true or false',
  },
  'retention.anonymous': {
    env: ['TREADLIGHT_RETENTION_ANONYMOUS'],
    fallback: () => 90,
    read: (value) => asNumber(value, 1, 36_500),
    allowed: 'a number of days from 1 to 36500',
  },
  'retention.authenticated': {
    env: ['TREADLIGHT_RETENTION_AUTHENTICATED'],
    fallback: () => 365,
    read: (value) => asNumber(value, 1, 36_500),
    allowed: 'a number of days from 1 to 36500',
  },
}

export interface LoadConfigOptions {
  /** Settings given as flags, by path: they win. */
  flags?: Record<string, string | undefined>
  env?: Record<string, string | undefined>
  /** Where a config file is looked for. */
  folder?: string
}

/**
 * The settings of this run: flags before environment before config file before defaults.
 * @throws ConfigError naming the first wrong setting, where it was set and what is allowed
 */
export async function loadConfig({ flags = {}, env = process.env, folder = '.' }: LoadConfigOptions = {}): Promise<Config> {
  refuseUnknown(env)
  const file = await readConfigFile(folder)
  const config: Record<string, unknown> = {}
  for (const [path, { env: names, fallback, read, allowed }] of Object.entries(settings)) {
    const variable = names.find((name) => env[name] !== undefined && env[name] !== '')
    const [raw, place] =
      flags[path] !== undefined
        ? [flags[path], 'flag']
        : variable !== undefined
          ? [env[variable], `environment variable ${variable}`]
          : [file.values.get(path), file.name]
    const value = raw === undefined ? fallback() : read(raw)
    if (value === undefined) throw new ConfigError(`${path}: ${JSON.stringify(raw)} (${place}) must be ${allowed}`)
    assignAt(config, path, value)
  }
  return config as unknown as Config
}

/** A mistyped variable would leave a default in force without a word. */
function refuseUnknown(env: Record<string, string | undefined>): void {
  const known = Object.values(settings).flatMap((setting) => setting.env)
  const unknown = Object.keys(env).find((name) => name.startsWith('TREADLIGHT_') && !known.includes(name))
  if (unknown) throw new ConfigError(`environment variable ${unknown}: there is no such setting; did you mean ${nearest(unknown, known)}?`)
}

const fileNames = ['treadlight.config.mjs', 'treadlight.config.js', 'treadlight.config.ts', 'treadlight.config.json']

async function readConfigFile(folder: string): Promise<{ name: string; values: Map<string, unknown> }> {
  const name = fileNames.find((candidate) => existsSync(resolve(folder, candidate)))
  const values = new Map<string, unknown>()
  if (name === undefined) return { name: '', values }
  flatten(await importConfig(resolve(folder, name), name), '', name, values)
  return { name, values }
}

async function importConfig(path: string, name: string): Promise<unknown> {
  try {
    if (name.endsWith('.json')) return JSON.parse(await readFile(path, 'utf8'))
    return (await importModule(pathToFileURL(path).href)).default
  } catch (cause) {
    const remedy =
      (cause as { code?: string }).code === 'ERR_UNKNOWN_FILE_EXTENSION'
        ? 'this Node.js reads no TypeScript: name it treadlight.config.mjs, or use Node.js 22.18 or later'
        : (cause as Error).message
    throw new ConfigError(`${name}: cannot be read: ${remedy}`, { cause })
  }
}

/** Turns nested objects into paths, and refuses what no setting has the name of. */
function flatten(value: unknown, prefix: string, name: string, into: Map<string, unknown>): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ConfigError(`${name}: ${prefix === '' ? 'its default export' : prefix} must be an object`)
  for (const [key, inner] of Object.entries(value)) {
    const path = prefix === '' ? key : `${prefix}.${key}`
    if (Object.hasOwn(settings, path)) into.set(path, inner)
    else if (Object.keys(settings).some((known) => known.startsWith(`${path}.`))) flatten(inner, path, name, into)
    else throw new ConfigError(`${name}: there is no setting ${path}; did you mean ${nearest(path, Object.keys(settings))}?`)
  }
}

function assignAt(target: Record<string, unknown>, path: string, value: unknown): void {
  const [first = '', second] = path.split('.')
  if (second === undefined) target[first] = value
  else target[first] = { ...(target[first] as object | undefined), [second]: value }
}

function nearest(name: string, known: readonly string[]): string {
  return known.reduce((best, other) => (distance(name, other) < distance(name, best) ? other : best), known[0]!)
}

/** Levenshtein's: how many letters have to change. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1]!.toLowerCase() === b[j - 1]!.toLowerCase()
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (same ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]!
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

function asNumber(value: unknown, lowest: number, highest: number): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) && number >= lowest && number <= highest ? number : undefined
}

function asBoolean(value: unknown): boolean | undefined {
  if (value === true || value === 'true' || value === '1') return true
  if (value === false || value === 'false' || value === '0') return false
  return undefined
}

function asProxies(value: unknown): string[] | undefined {
  const list: unknown = typeof value === 'string' ? value.split(',').map((item) => item.trim()).filter(Boolean) : value
  if (!Array.isArray(list)) return undefined
  const isProxy = (item: unknown): item is string => item === 'loopback' || (typeof item === 'string' && ipaddr.isValid(item))
  return list.every(isProxy) ? list : undefined
}
