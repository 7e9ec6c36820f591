import type { Config } from '../config.ts'
import { asText, asWord, ConfigError, type Setting } from '../settings.ts'

/** How hits are kept. */
export interface StoreSettings {
  /** `ndjson` keeps them in one text file, `clickhouse` in a database; only small values such as salts and the password go to `storage`. @default 'storage' */
  type: 'storage' | 'ndjson' | 'clickhouse'
  /** The text file. @default './hits.ndjson' */
  path: string
  /** Of ClickHouse’s HTTP interface, such as `http://localhost:8123`. */
  url?: string
  /** In ClickHouse; made where there is none. @default `treadlight` */
  database?: string
  /** ClickHouse’s user. */
  username?: string
  /** The password of ClickHouse’s user. */
  password?: string
  /** As ClickHouse’s `system.clusters` calls it: tables are replicated and distributed over it. @default one server */
  cluster?: string
}

const name = /^[A-Za-z_][A-Za-z0-9_]*$/
const asName = (value: unknown): string | undefined => (typeof value === 'string' && name.test(value) ? value : undefined)
const ofClickhouse = ['url', 'database', 'username', 'password', 'cluster'].map((field) => `store.${field}`)
const nothing = (): undefined => undefined

/** The settings of the store, by path. */
export const storeSettings: Record<string, Setting> = {
  'store.type': {
    env: ['TREADLIGHT_STORE_TYPE'],
    fallback: () => 'storage',
    ...asWord(['storage', 'ndjson', 'clickhouse']),
  },
  'store.path': { env: ['TREADLIGHT_STORE_PATH'], fallback: () => './hits.ndjson', read: asText, allowed: 'a file' },
  'store.url': { env: ['TREADLIGHT_STORE_URL'], fallback: nothing, read: asAddress, allowed: 'an http or https address without user and password, which are store.username and store.password', isSecret: true },
  'store.database': { env: ['TREADLIGHT_STORE_DATABASE'], fallback: nothing, read: asName, allowed: 'a name of letters, digits and _' },
  'store.username': { env: ['TREADLIGHT_STORE_USERNAME'], fallback: nothing, read: asText, allowed: 'a name' },
  'store.password': { env: ['TREADLIGHT_STORE_PASSWORD'], fallback: nothing, read: (value) => (typeof value === 'string' ? value : undefined), allowed: 'a text', isSecret: true },
  'store.cluster': { env: ['TREADLIGHT_STORE_CLUSTER'], fallback: nothing, read: asName, allowed: 'a name of letters, digits and _' },
}

/** Whether the hits lie in ClickHouse. */
export function isClickhouse({ store }: Pick<Config, 'store'>): boolean {
  return store.type === 'clickhouse'
}

/**
 * @param file the config file, by what it says
 * @throws ConfigError where a setting of ClickHouse is missing, or stands in the file for nothing
 */
export function assertStore(config: Config, file: { name: string; values: ReadonlyMap<string, unknown> }): void {
  const { store } = config
  if (store.type === 'clickhouse' && store.url === undefined)
    throw new ConfigError('store.url: store.type clickhouse needs it: set it, or TREADLIGHT_STORE_URL, to the address of the server, such as http://localhost:8123')
  const useless = [...file.values.keys()].find((path) => ofClickhouse.includes(path))
  if (store.type !== 'clickhouse' && useless !== undefined)
    throw new ConfigError(`${file.name}: ${useless} is for store.type clickhouse: set that as well, or leave it out`)
}

function asAddress(value: unknown): string | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined
  const { protocol, username, password } = new URL(value)
  return /^https?:$/.test(protocol) && username === '' && password === '' ? value : undefined
}
