import type { Config } from '../config.ts'
import { asText, ConfigError, type Setting } from '../settings.ts'

/** Where the hits are with `store.type: clickhouse`. */
export interface ClickhouseSettings {
  /** Of the server's HTTP interface, such as `http://localhost:8123`; without a password, which has a setting of its own. */
  url?: string
  /** Made where there is none. @default 'treadlight' */
  database?: string
  username?: string
  password?: string
  /** As `system.clusters` calls it: tables are replicated and distributed over it. @default one server */
  cluster?: string
}

const name = /^[A-Za-z_][A-Za-z0-9_]*$/
const asName = (value: unknown): string | undefined => (typeof value === 'string' && name.test(value) ? value : undefined)
const nothing = (): undefined => undefined

/** The settings of ClickHouse, by path. */
export const clickhouseSettings: Record<string, Setting> = {
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

/** @throws ConfigError where a setting of ClickHouse is missing, or is there for nothing */
export function assertClickhouse(config: Config): void {
  const { store } = config
  if (isClickhouse(config)) {
    if (store.url === undefined) throw new ConfigError('store.url: store.type clickhouse needs it: set it, or TREADLIGHT_STORE_URL, to the address of the server, such as http://localhost:8123')
    return
  }
  const [given] = (['url', 'database', 'username', 'password', 'cluster'] as const).filter((field) => store[field] !== undefined)
  if (given !== undefined) throw new ConfigError(`store.${given} is for store.type clickhouse: set that as well, or leave it out`)
}

function asAddress(value: unknown): string | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined
  const { protocol, username, password } = new URL(value)
  return /^https?:$/.test(protocol) && username === '' && password === '' ? value : undefined
}
