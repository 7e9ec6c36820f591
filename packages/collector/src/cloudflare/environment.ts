import type { StorageConfig } from '@treadlight/store'
import { ConfigError, isTextFile, resolveConfig, type Config, type ResolvedSetting } from '../config.ts'

type Bucket = Extract<StorageConfig, { driver: 'r2' }>['binding']

/** What a Worker is given: its bindings, and text for each setting, `TREADLIGHT_…`. */
export interface WorkerEnvironment {
  /** R2: where all values go. */
  BUCKET: Bucket
  /** The first owner's password, a secret of at least 16 characters. Only read while there are no users. */
  TREADLIGHT_PASSWORD?: string
  [name: string]: unknown
}

/** The password of `admin` is asked for by everybody on the internet, and nobody has made it at random: 16 characters. */
const leastPassword = 16

/**
 * The settings of a Worker: environment before what its code says. It has no files and no address of its own.
 * @throws ConfigError naming the setting or the binding that is wrong
 */
export async function configOfWorker(env: WorkerEnvironment, given: object): Promise<{ config: Config; settings: Map<string, ResolvedSetting> }> {
  const { TREADLIGHT_PASSWORD: _, BUCKET: binding, ...others } = env
  if (typeof binding !== 'object' || binding === null) throw new ConfigError('env.BUCKET: there is no such binding; name an R2 bucket for it in wrangler.jsonc')
  const texts = Object.entries(others).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  const resolved = await resolveConfig({
    env: Object.fromEntries(texts),
    given: { ...given, storage: { driver: 'r2', binding, ...('storage' in given && (given.storage as object)) } },
    // Nobody gets past Cloudflare to a Worker; `host` is where the others listen.
    defaults: { timezone: 'UTC', host: '0.0.0.0', 'place.headers': 'cloudflare' },
  })
  const { place, workers } = resolved.config
  if (isTextFile(resolved.config)) throw new ConfigError('store.type ndjson: a Worker has no files; leave it out')
  if (place.database !== undefined) throw new ConfigError('place.database: a Worker has no files; leave it out, Cloudflare says where visitors are')
  if (workers > 1) throw new ConfigError('workers: a Worker has no processes; leave it out')
  return resolved
}

/**
 * The first owner's password; undefined where none is set.
 * @throws ConfigError where it is too short
 */
export function passwordOf({ TREADLIGHT_PASSWORD: password }: WorkerEnvironment): string | undefined {
  if (password === undefined || password === '') return undefined
  if (typeof password === 'string' && password.length >= leastPassword && password.length <= 1024) return password
  throw new ConfigError(`TREADLIGHT_PASSWORD: must be ${leastPassword} to 1024 characters; npx wrangler secret put TREADLIGHT_PASSWORD sets another`)
}
