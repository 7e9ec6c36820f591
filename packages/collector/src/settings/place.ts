import { edgeNames, type EdgeName } from '../place/edgePlace.ts'
import { asText, asWord, type Setting } from '../settings.ts'

/** How the collector learns where a visitor is, beside the time zone. */
export interface PlaceSettings {
  /**
   * The edge whose headers name the place. Anybody may send such headers: only where nobody gets past that edge to the
   * collector are they worth something.
   * @default 'off'
   */
  headers: 'off' | EdgeName
  /** A MaxMind DB file (GeoLite2, GeoIP2, DB-IP; City or Country), read through the package mmdb-lib. @default none */
  database?: string
}

/** What is stored of the client's address: nothing, or its first 24 (IPv4) or 48 bits (IPv6). */
export type AddressSetting = 'none' | 'cut'

export const placeSettings: Record<string, Setting> = {
  'place.headers': { env: ['TREADLIGHT_PLACE_HEADERS'], fallback: () => 'off', ...asWord(['off', ...edgeNames]) },
  'place.database': { env: ['TREADLIGHT_PLACE_DATABASE'], fallback: () => undefined, read: asText, allowed: 'the path of an .mmdb file' },
  address: { env: ['TREADLIGHT_ADDRESS'], fallback: () => 'none', ...asWord(['none', 'cut']) },
}
