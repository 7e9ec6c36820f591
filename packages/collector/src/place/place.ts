import { cleanText, cutText } from '@treadlight/protocol'
import type { StoredHit } from '@treadlight/store'

/** Where a visitor is. No region and no city without their country. */
export interface Place extends Pick<StoredHit, 'region' | 'city'> {
  country: string
}

/** Longest name of a region or a city, in code points. */
const nameLimit = 100

/** Codes that stand for no country: unknown, and continents in old databases. Tor is `T1`. */
const noCountries: ReadonlySet<string> = new Set(['XX', 'ZZ', 'EU', 'AP'])

/** A place of what some source says, each part left out where it says nothing; nothing at all without a country. */
export function readPlace(country: unknown, region: unknown, city: unknown): Place | undefined {
  const code = typeof country === 'string' ? country.trim().toUpperCase() : ''
  if (!/^[A-Z]{2}$/.test(code) || noCountries.has(code)) return undefined
  const place: Place = { country: code }
  const regionName = readRegion(code, region)
  if (regionName !== undefined) place.region = regionName
  const cityName = readName(city)
  if (cityName !== undefined) place.city = cityName
  return place
}

/** `CC-REGION` as in ISO 3166-2 of a code, with or without its country; a longer name as it is. */
function readRegion(country: string, region: unknown): string | undefined {
  if (typeof region !== 'string') return undefined
  const code = region.trim().toUpperCase()
  if (/^[A-Z0-9]{1,3}$/.test(code)) return `${country}-${code}`
  return code.startsWith(`${country}-`) && /^[A-Z]{2}-[A-Z0-9]{1,3}$/.test(code) ? code : readName(region)
}

/** Sources say `?` and the like where they know no name. */
function readName(name: unknown): string | undefined {
  if (typeof name !== 'string') return undefined
  const clean = cutText(cleanText(name).trim(), nameLimit)
  return /\p{L}/u.test(clean) ? clean : undefined
}
