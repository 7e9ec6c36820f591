import { ga4, elasticsearch, matomo, plausible, treadlight, umami, universalAnalytics, webhook, type Destination } from '@treadlight/destinations'
import { isObject } from '../isObject.ts'
import { ConfigError, suggest, type Setting } from '../settings.ts'

/** Other systems that are to have the hits too. */
export interface DestinationSettings {
  /**
   * What `@treadlight/destinations` makes, or `defineDestination`, in a config file that is a module. In the environment as JSON,
   * each with the name of what makes it: `[{ "use": "webhook", "url": "https://example.com/hits" }]`.
   * @default none
   */
  destinations: readonly Destination[]
}

export const destinationSettings: Record<keyof DestinationSettings, Setting> = {
  destinations: {
    env: ['TREADLIGHT_DESTINATIONS'],
    fallback: () => [],
    read: asDestinations,
    allowed: 'a list of what @treadlight/destinations makes, such as [webhook({ url: "https://example.com/hits" })], in a config file that is a module; in the environment [{ "use": "webhook", "url": "https://example.com/hits" }]',
    // Keys and passwords are in there.
    isSecret: true,
  },
}

const functions = ['map', 'batch', 'classify', 'redact'] as const

/** What can be made of words alone; `print` and files are for modules. */
const makers: Readonly<Record<string, (options: never) => Destination>> = { ga4, elasticsearch, matomo, plausible, treadlight, umami, universalAnalytics, webhook }

/** @throws ConfigError where two have one name, or where what makes one refuses its options */
function asDestinations(given: unknown): readonly Destination[] | undefined {
  const value = typeof given === 'string' ? makeAll(given) : given
  if (!Array.isArray(value) || !value.every(isDestination)) return undefined
  const names = value.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new ConfigError(`destinations: two are called ${twice}; give one of them another by its option name`)
  return value
}

function isDestination(value: unknown): value is Destination {
  return isObject(value) && /^[a-z0-9-]{1,40}$/.test(String(value['name'])) && functions.every((name) => typeof value[name] === 'function') && Array.isArray(value['secrets'])
}

function makeAll(text: string): Destination[] | undefined {
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {
    return undefined
  }
  return Array.isArray(list) && list.every(isObject) ? list.map(make) : undefined
}

/** @throws ConfigError naming which of them, and what is wrong; never with its options, which may be secrets */
function make({ use, ...options }: Record<string, unknown>, index: number): Destination {
  const name = String(use)
  if (!Object.hasOwn(makers, name)) throw new ConfigError(`destinations[${index}].use: there is no destination ${JSON.stringify(name.slice(0, 80))}; ${suggest(name, Object.keys(makers))}`)
  try {
    return makers[name]!(options as never)
  } catch (cause) {
    throw new ConfigError(`destinations[${index}] (${name}): ${(cause as Error).message.replace(/^\[treadlight [\w-]+\] /, '')}`, { cause })
  }
}
