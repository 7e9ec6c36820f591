import type { Destination } from '@treadlight/destinations'
import { isObject } from '../isObject.ts'
import { ConfigError, type Setting } from '../settings.ts'

/** Other systems that are to have the hits too. */
export interface DestinationSettings {
  /**
   * What `@treadlight/destinations` makes, or `defineDestination`: so these stand in a config file that is a module.
   * @default none
   */
  destinations: readonly Destination[]
}

export const destinationSettings: Record<keyof DestinationSettings, Setting> = {
  destinations: {
    env: [],
    fallback: () => [],
    read: asDestinations,
    allowed: 'a list of what @treadlight/destinations makes, such as [webhook({ url: "https://example.com/hits" })], in a config file that is a module',
    // Keys and passwords are in there.
    isSecret: true,
  },
}

const functions = ['map', 'batch', 'classify', 'redact'] as const

/** @throws ConfigError where two have one name */
function asDestinations(value: unknown): readonly Destination[] | undefined {
  if (!Array.isArray(value) || !value.every(isDestination)) return undefined
  const names = value.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new ConfigError(`destinations: two are called ${twice}; give one of them another by its option name`)
  return value
}

function isDestination(value: unknown): value is Destination {
  return isObject(value) && /^[a-z0-9-]{1,40}$/.test(String(value['name'])) && functions.every((name) => typeof value[name] === 'function') && Array.isArray(value['secrets'])
}
