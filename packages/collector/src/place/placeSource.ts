import type { PlaceSettings } from '../settings/place.ts'
import { openPlaceDatabase, type PlaceDatabase } from './placeDatabase.ts'

/** What says where a visitor is, before the time zone does: the headers of an edge first, then a database. */
export interface PlaceSource extends Pick<PlaceSettings, 'headers'> {
  database?: PlaceDatabase
}

/** @throws ConfigError where the database cannot be opened, naming the remedy */
export async function openPlaceSource({ headers, database }: PlaceSettings): Promise<PlaceSource> {
  return { headers, ...(database !== undefined && { database: await openPlaceDatabase(database) }) }
}
