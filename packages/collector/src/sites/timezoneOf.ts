import type { Values } from '@treadlight/store'
import type { Config } from '../config.ts'
import { createSiteRecords } from './siteRecords.ts'

/** The time zone of the site that a command is about: a site that was removed has the one that it had. */
export async function timezoneOf({ site, sites, timezone }: Pick<Config, 'site' | 'sites' | 'timezone'>, values: Values): Promise<string> {
  if (Object.hasOwn(sites, site)) return sites[site]!.timezone ?? timezone
  const records = await createSiteRecords(values).load()
  return records.find(({ id }) => id === site)?.timezone ?? timezone
}
