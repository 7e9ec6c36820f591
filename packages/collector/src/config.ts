import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { builtin } from './builtins.ts'
import { isTimeZone } from './days.ts'
import { isKnownVariable, readEnvironment } from './environment.ts'
import { isProxy } from './http/trustedProxies.ts'
import { importModule } from './importModule.mjs'
import { isObject } from './isObject.ts'
import { asBoolean, asNumber, asText, asTexts, ConfigError, nearest, suggest, type Setting } from './settings.ts'
import { destinationSettings, type DestinationSettings } from './settings/destinations.ts'
import { dialectSettings, type DialectSettings } from './settings/dialects.ts'
import { operationSettings, type OperationSettings } from './settings/operation.ts'
import { pageSettings, type PageSettings } from './settings/page.ts'
import { placeSettings, type AddressSetting, type PlaceSettings } from './settings/place.ts'
import { underPreset, type ChosenSetting } from './settings/presets.ts'
import { privacySettings, type PrivacyPreset, type PrivacySettings } from './settings/privacy.ts'
import { limitSettings, type LimitSettings } from './settings/limits.ts'
import { assertOwnHosts } from './sites/configuredSites.ts'
import { assertStore, storeSettings, type StoreSettings } from './settings/store.ts'
import { workerSettings } from './settings/workers.ts'
import { robotSettings, type RobotSettings } from './settings/robots.ts'
import { readStorage, storageVariables, type StorageSettings } from './storageSettings.ts'

export { ConfigError } from './settings.ts'

/** What the owner may set, in `treadlight.config.{mjs,js,ts,json}`, by environment or by flag. */
export interface Config extends DestinationSettings, DialectSettings, OperationSettings, PageSettings, PrivacySettings {
  page: PageSettings['page'] & PrivacySettings['page']
  place: PlaceSettings & PrivacySettings['place']
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
   * Proxies that may say who the client is: addresses, CIDR ranges, or `loopback`. A proxy too many lets visitors invent addresses.
   * @default ['loopback']
   */
  trustProxies: string[]
  /**
   * The id that hits are stored under.
   * @default 'default'
   */
  site: string
  /**
   * Where values go: `{ driver, …the driver's own options }`, see docs/storage.md.
   * @default { driver: 'fs', base: './data' }
   */
  storage: StorageSettings
  /** How hits lie there. */
  store: StoreSettings
  bots: RobotSettings
  /** What is stored of a client's address. @default 'none' */
  address: AddressSetting
  retention: {
    /** Days after which hits are deleted. @default 90 */
    anonymous: number
    /** The same for hits of known users. @default 365 */
    authenticated: number
    /** Only so many hits of a site stay, the newest. @default all */
    newest?: number
    /** Whether the sums of a day stay when its hits are deleted. @default true */
    sums: boolean
  }
  limits: LimitSettings & PageSettings['limits']
  /**
   * Processes that share the port and the storage.
   * @default 1
   */
  workers: number
}

/** Every setting there is, by its path in the config file. */
const settings: Record<string, Setting> = {
  ...pageSettings,
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
    allowed: 'a list of addresses, ranges such as 10.0.0.0/8, or "loopback"',
  },
  site: {
    env: ['TREADLIGHT_SITE'],
    fallback: () => 'default',
    read: (value) => (typeof value === 'string' && /^[a-z0-9_-]{1,64}$/.test(value) ? value : undefined),
    allowed: '1 to 64 of a-z, 0-9, _ and -',
  },
  ...storeSettings,
  ...robotSettings,
  ...placeSettings,
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
  'retention.newest': {
    env: ['TREADLIGHT_RETENTION_NEWEST'],
    fallback: () => undefined,
    read: (value) => asNumber(value, 1, Number.MAX_SAFE_INTEGER),
    allowed: 'a number of hits from 1',
  },
  'retention.sums': { env: ['TREADLIGHT_RETENTION_SUMS'], fallback: () => true, read: asBoolean, allowed: 'true or false' },
  ...privacySettings,
  ...limitSettings,
  ...workerSettings,
  ...operationSettings,
  ...dialectSettings,
  ...destinationSettings,
}

export interface LoadConfigOptions {
  /** Settings given as flags, by path: they win. */
  flags?: Record<string, string | undefined>
  env?: Record<string, string | undefined>
  /** Where a config file is looked for. */
  folder?: string
  /** The config file, wherever it is, instead of one in `folder`; '' for none. */
  file?: string | undefined
  /** What such a file would say, from an app that has the collector in it, or in a Worker: then none is looked for. */
  given?: object | undefined
  /** Other defaults than usual, by path. */
  defaults?: Record<string, unknown>
}

/**
 * The settings of this run: flags before environment before config file before defaults.
 * @throws ConfigError naming the first wrong setting, where it was set and what is allowed
 */
export async function loadConfig(options: LoadConfigOptions = {}): Promise<Config> {
  return (await resolveConfig(options)).config
}

/**
 * How a start that fails is to say so, where the settings cannot be had as a whole.
 * @param options.folder where a config file is looked for
 */
export async function wantedLog({ env = process.env, folder = '.' }: Pick<LoadConfigOptions, 'env' | 'folder'> = {}): Promise<Config['log']> {
  const [name] = findFiles(folder)
  const inFile = name === undefined || env['TREADLIGHT_LOG'] ? undefined : await importConfig(resolve(folder, name), name).catch(() => undefined)
  return (env['TREADLIGHT_LOG'] || (isObject(inFile) && inFile['log'])) === 'json' ? 'json' : 'text'
}

/** A setting as it is in force. */
export interface ResolvedSetting {
  value: unknown
  /** `default`, `flag`, `environment variable NAME`, the config file's name, or `privacy: …` for what a preset makes of it. */
  from: string
}

/** The same, and where each setting came from, by path. */
export async function resolveConfig({ flags = {}, env = process.env, folder = '.', file: named, given, defaults = {} }: LoadConfigOptions = {}): Promise<{
  config: Config
  settings: Map<string, ResolvedSetting>
}> {
  refuseUnknown(env)
  const environment = readEnvironment(env, variables())
  const file = given === undefined ? await readConfigFile(folder, named) : readContent('config', given)
  const config: Record<string, unknown> = {}
  const resolved = new Map<string, ResolvedSetting>()
  const preset = (readSetting('privacy').value ?? 'default') as PrivacyPreset
  for (const [path, { fallback }] of Object.entries(settings)) {
    const chosen = readSetting(path)
    const preferred = underPreset(preset, chosen)
    const value = preferred ?? defaults[path] ?? fallback()
    if (value !== undefined) assignAt(config, path, value)
    resolved.set(path, { value, from: chosen.value !== undefined ? chosen.place : preferred === undefined ? 'default' : `privacy: ${preset}` })
  }
  config['storage'] = readStorage({ flags, env: environment, file, note: (path, setting) => resolved.set(path, setting) })
  assertOwnHosts(config as unknown as Config)
  assertStore(config as unknown as Config, file)
  if (file.values.has('store.path') && !isTextFile(config as unknown as Config))
    throw new ConfigError(`${file.name}: store.path is the file of store.type ndjson: set that as well, or leave the path out`)
  return { config: config as unknown as Config, settings: resolved }

  /** What the owner has set, and where; a value of undefined for nothing. */
  function readSetting(path: string): ChosenSetting {
    const { env: names, read, allowed, words = [] } = settings[path]!
    const variable = names.find((name) => environment.values[name])
    const [raw, place] =
      flags[path] !== undefined
        ? [flags[path], 'flag']
        : variable !== undefined
          ? [environment.values[variable], environment.placeOf(variable)]
          : [file.values.get(path), file.name]
    const value = raw === undefined ? undefined : read(raw)
    if (value !== undefined || raw === undefined) return { path, value, place }
    const meant = typeof raw === 'string' ? nearest(raw, words) : undefined
    throw new ConfigError(`${path}${isSecret(path) ? '' : `: ${JSON.stringify(raw)}`} (${place}) must be ${allowed}${meant === undefined ? '' : `; did you mean ${meant}?`}`)
  }
}

/** Whether a setting's value is never to be shown. */
export function isSecret(path: string): boolean {
  return settings[path]?.isSecret === true || /secret|password|token$/i.test(path)
}

/** Whether the hits lie in one text file. */
export function isTextFile({ store }: Pick<Config, 'store'>): boolean {
  return store.type === 'ndjson'
}

/** What sites have in the same environment for `@treadlight/server`, as its documentation names it: no setting of the collector. */
const siteVariables = ['TREADLIGHT_TOKEN']

/** The names of all environment variables that settings and options of drivers have. */
function variables(): string[] {
  return [...Object.values(settings).flatMap((setting) => setting.env), ...storageVariables]
}

/** A setting as its documentation lists it, see docs/configuration.md. */
export interface ListedSetting extends Pick<Setting, 'allowed'> {
  path: string
  env: readonly string[]
  /** Where nothing is said; undefined where the setting may be missing. */
  fallback: unknown
}

/** Every setting but those of storages, in the order of `treadlight config`. */
export function listSettings(): ListedSetting[] {
  return Object.entries(settings).map(([path, { env, allowed, fallback }]) => ({ path, env, allowed, fallback: fallback() }))
}

/** What `treadlight migrate` reads of one of its two places: see `readPlace`. */
const placePrefix = /^(TREADLIGHT_)(?:FROM|TO)_(?=STOR(?:AG)?E_)/

/** A mistyped variable would leave a default in force without a word. */
function refuseUnknown(env: Record<string, string | undefined>): void {
  const known = variables()
  const unknown = Object.keys(env).find((name) => name.startsWith('TREADLIGHT_') && !isKnownVariable(name, known) && !siteVariables.includes(name) && !isKnownVariable(name.replace(placePrefix, '$1'), known))
  if (unknown === undefined) return
  const [place] = placePrefix.exec(unknown) ?? []
  const prefix = 'TREADLIGHT_'
  const names = known.filter((name) => name.startsWith(place === undefined ? prefix : 'TREADLIGHT_STOR')).map((name) => name.slice(prefix.length))
  throw new ConfigError(`environment variable ${unknown}: there is no such setting; ${suggest(unknown.slice((place ?? prefix).length), names, place ?? prefix)}`)
}

const fileNames = ['treadlight.config.mjs', 'treadlight.config.js', 'treadlight.config.ts', 'treadlight.config.json']

interface ConfigFile {
  name: string
  /** By path. */
  values: Map<string, unknown>
  /** Its options are the driver's. */
  storage: Record<string, unknown>
}

async function readConfigFile(folder: string, named?: string): Promise<ConfigFile> {
  const [name, another] = named === undefined ? findFiles(folder) : named === '' ? [] : [named]
  if (another !== undefined) throw new ConfigError(`${name} and ${another}: there are two config files in this folder; remove or rename all but one`)
  return name === undefined ? { name: '', values: new Map(), storage: {} } : readContent(name, await importConfig(resolve(folder, name), name))
}

/** @param name for messages */
function readContent(name: string, content: unknown): ConfigFile {
  const values = new Map<string, unknown>()
  const { storage = {}, ...others } = isObject(content) ? content : {}
  if (!isObject(storage)) throw new ConfigError(`${name}: storage must be an object`)
  flatten(isObject(content) ? others : content, '', name, values)
  return { name, values, storage }
}

function findFiles(folder: string): string[] {
  return fileNames.filter((candidate) => builtin('node:fs').existsSync(resolve(folder, candidate)))
}

async function importConfig(path: string, name: string): Promise<unknown> {
  try {
    if (name.endsWith('.json')) return JSON.parse(await builtin('node:fs/promises').readFile(path, 'utf8'))
    return (await importModule(pathToFileURL(path).href)).default
  } catch (cause) {
    throw new ConfigError(`${name}: cannot be read: ${remedyOf(cause as Error & { code?: string })}`, { cause })
  }
}

function remedyOf({ code, message }: Error & { code?: string }): string {
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') return 'this Node.js reads no TypeScript: name it treadlight.config.mjs, or use Node.js 22.18 or later'
  if (code === 'ERR_MODULE_NOT_FOUND' && message.includes("'@treadlight/")) return `${message}; install it in the folder of this file, as docs/destinations.md says`
  return withoutText(message)
}

/** JSON.parse quotes what it cannot read, and that may be a password. */
function withoutText(message: string): string {
  return message.replace(/, (?:\.{3})?".*" is not valid JSON$/s, ' is not valid JSON')
}

/** Turns nested objects into paths, and refuses what no setting has the name of. */
function flatten(value: unknown, prefix: string, name: string, into: Map<string, unknown>): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ConfigError(`${name}: ${prefix === '' ? 'its default export' : prefix} must be an object`)
  for (const [key, inner] of Object.entries(value)) {
    const path = prefix === '' ? key : `${prefix}.${key}`
    if (Object.hasOwn(settings, path)) into.set(path, inner)
    else if (Object.keys(settings).some((known) => known.startsWith(`${path}.`))) flatten(inner, path, name, into)
    else throw new ConfigError(`${name}: there is no setting ${path}; ${suggest(key, namesIn(prefix), prefix === '' ? '' : `${prefix}.`)}`)
  }
}

/** What a config file may name in an object of it: settings, and objects with more of them. @param prefix '' for the whole */
function namesIn(prefix: string): string[] {
  const paths = [...Object.keys(settings), 'storage'].map((path) => path.split('.'))
  return prefix === '' ? [...new Set(paths.map(([first]) => first!))] : paths.filter(([first]) => first === prefix).map(([, ...rest]) => rest.join('.'))
}

function assignAt(target: Record<string, unknown>, path: string, value: unknown): void {
  const [first = '', second] = path.split('.')
  if (second === undefined) target[first] = value
  else target[first] = { ...(target[first] as object | undefined), [second]: value }
}

function asProxies(value: unknown): string[] | undefined {
  const list = asTexts(value)
  return list?.every(isProxy) ? list : undefined
}
