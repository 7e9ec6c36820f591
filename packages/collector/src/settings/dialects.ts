import { dialects } from '../dialects/dialects.ts'
import { isObject } from '../isObject.ts'
import { parseObject } from '../parseObject.ts'
import { asTexts, ConfigError, suggest, type Setting } from '../settings.ts'

/** Whom hits are taken from, besides our own trackers: see docs/dialects.md. */
export interface DialectSettings {
  /**
   * Which other products' protocols are spoken, by name; `none` is none of them. Each opens the paths of its own.
   * @default all of them
   */
  dialects: string[]
  /**
   * What the sites of other products are called here: `{ "UA-1-1": "shop" }`, ids of sites by the names that their clients
   * send. Hosts and ids of sites need none.
   * @default none
   */
  aliases: Record<string, string>
}

const names = dialects.map(({ name }) => name)

export const dialectSettings: Record<keyof DialectSettings, Setting> = {
  dialects: {
    env: ['TREADLIGHT_DIALECTS'],
    fallback: () => names,
    read: asDialects,
    allowed: `"none", or a list of ${names.join(', ')}`,
    words: names,
  },
  aliases: {
    env: ['TREADLIGHT_ALIASES'],
    fallback: () => ({}),
    read: asAliases,
    allowed: 'ids of sites by what other products call them: { "UA-1-1": "shop" }',
  },
}

/** @throws ConfigError naming the one that there is not */
function asDialects(value: unknown): string[] | undefined {
  const list = asTexts(value)
  if (list === undefined || list.length === 0) return undefined
  if (list.length === 1 && list[0] === 'none') return []
  const unknown = list.find((name) => !names.includes(name))
  if (unknown !== undefined) throw new ConfigError(`dialects: there is no dialect ${JSON.stringify(unknown.slice(0, 80))}; ${suggest(unknown, names)}`)
  return names.filter((name) => list.includes(name))
}

/** Longer is no name that a client of any product has. */
const longestName = 255

/**
 * From an environment variable it is JSON.
 * @throws ConfigError naming what is no id of a site
 */
function asAliases(value: unknown): Record<string, string> | undefined {
  const given = typeof value === 'string' ? parseObject(value) : value
  if (!isObject(given)) return undefined
  const aliases = Object.entries(given).map(([name, site]): [string, string] => {
    if (name === '' || name.length > longestName) throw new ConfigError(`aliases: ${JSON.stringify(name.slice(0, 80))} must be a name of 1 to ${longestName} characters`)
    if (typeof site !== 'string' || !/^[a-z0-9_-]{1,64}$/.test(site))
      throw new ConfigError(`aliases.${name}: ${JSON.stringify(site)?.slice(0, 80)} must be an id of a site, such as "shop"`)
    return [name, site]
  })
  return Object.fromEntries(aliases)
}
