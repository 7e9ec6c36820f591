import { edgePlace } from '../place/edgePlace.ts'
import type { Place } from '../place/place.ts'
import { zonePlace } from '../place/zonePlace.ts'
import { oncePerRequest } from './oncePerRequest.ts'
import type { EnrichStep } from './step.ts'

/**
 * Where the visitor is: by the headers of the edge before the collector, else by the database, where the owner has set
 * them; else the country of the hit's time zone. One source says all, so that no city lies in another's country.
 */
export const addLocation: EnrichStep = (hit, context) => {
  const place = requestPlace(context) ?? (hit.timezone === undefined ? undefined : zonePlace(hit.timezone))
  if (place === undefined) return
  hit.country = place.country
  if (place.region !== undefined) hit.region = place.region
  if (place.city !== undefined) hit.city = place.city
}

const requestPlace = oncePerRequest(({ header, address, rules }): Place | undefined => {
  const { headers, database } = rules.place
  const known = headers === 'off' ? undefined : edgePlace(headers, header)
  return known ?? database?.find(address)
})
