import type { Check } from '@treadlight/store'
import { ConfigError } from '../settings.ts'
import type { PlaceSettings } from '../settings/place.ts'
import { openPlaceDatabase } from './placeDatabase.ts'

const day = 86_400_000
/** Makers of such files have a new one every week or month; networks move in a quarter of a year. */
const oldAge = 90 * day
/** Public resolvers, which every database of the world has. */
const samples = ['8.8.8.8', '1.1.1.1', '9.9.9.9', '2001:4860:4860::8888']

/**
 * Whether the database of places can be read, is of a kind that has them, how old it is, and whether it knows an address;
 * undefined where none is set.
 *
 * @param now ms since 1970
 */
export async function checkPlace({ database: path }: Pick<PlaceSettings, 'database'>, now: number): Promise<Check | undefined> {
  if (path === undefined) return undefined
  const name = 'places'
  try {
    const { type, built, find } = await openPlaceDatabase(path)
    const known = samples.find((address) => find(address) !== undefined)
    const age = Math.floor((now - built) / day)
    const made = `${path}, ${type}, made on ${new Date(built).toISOString().slice(0, 10)}`
    if (known === undefined)
      return { name, ok: 'warning', detail: `${made}, knows the place of none of ${samples.join(', ')}`, remedy: 'most visitors will have the country of their time zone alone: fetch the whole file of its maker' }
    const { country, region, city } = find(known)!
    const sample = `${known} is in ${[country, region, city].filter(Boolean).join(', ')}`
    if (now - built > oldAge)
      return { name, ok: 'warning', detail: `${made}, ${age} days ago; ${sample}`, remedy: 'networks have moved since: fetch it anew, or let geoipupdate do so every week; a running collector takes it up within an hour' }
    return { name, ok: true, detail: `${made}; ${sample}` }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return { name, ok: false, detail: error.message, remedy: 'the collector does not start with it, and one that runs goes on with what it has: mend it, or take place.database out of the settings' }
  }
}
