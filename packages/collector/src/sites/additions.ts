import type { Values } from '@treadlight/store'
import { readRange } from '../enrich/addresses.ts'
import { readPathPrefix } from '../enrich/excludedPaths.ts'
import { createHostTest, type HostTest } from '../enrich/hosts.ts'
import { createRecords, type Records } from '../records/records.ts'
import { readSiteHost } from './siteHost.ts'

const additionKinds = ['host', 'path', 'address'] as const
type AdditionKind = (typeof additionKinds)[number]

/** What an owner has added to the settings for one site: a host whose hits count, a path or an address whose hits do not. */
export interface Addition {
  kind: AdditionKind
  /** As the settings have it: see `readAddition`. */
  value: string
}

/** The additions of one site. The same object for as long as they are the same. */
export interface SiteAdditions {
  hosts: readonly string[]
  /** Whether a host is one of these. */
  isHost: HostTest
  paths: readonly string[]
  addresses: readonly string[]
}

/** Where the additions of a site are read. */
export interface AdditionsOf {
  /** Undefined where there are none. What other processes have changed is known after 5 s. */
  read(site: string): Promise<SiteAdditions | undefined>
}

/** Most of one site: each path is compared with each hit's. */
const most = 500
const longestValue = 500

const readers: Record<AdditionKind, { read: (text: string) => string | undefined; allowed: string }> = {
  host: { read: readSiteHost, allowed: 'a host such as shop.example or *.shop.example, without https:// and port' },
  path: { read: readPathPrefix, allowed: 'a path such as /admin, which excludes what is below it as well, without a host and without *' },
  address: { read: (text) => (readRange(text) === undefined ? undefined : text), allowed: 'an address such as 203.0.113.7 or 2001:db8::7, or a range such as 10.0.0.0/8' },
}

/** Reads an addition as it was typed; or what is wrong with it, beginning with the field. */
export function readAddition(kind: AdditionKind, value: unknown): Addition | string {
  const text = typeof value === 'string' ? value.trim() : ''
  const read = text === '' || text.length > longestValue ? undefined : readers[kind].read(text)
  return read === undefined ? `${kind}: ${typeof value === 'string' ? `${JSON.stringify(value.slice(0, 80))} ` : ''}must be ${readers[kind].allowed}` : { kind, value: read }
}

/** The additions in a storage, by site: small values under `addition:`. @param now ms since 1970 */
export function createAdditions(values: Values, now: () => number): Records<Addition> {
  return createRecords({ values, prefix: 'addition', read: readStored, max: most, now })
}

/** What is damaged, or of a later version, adds nothing. */
function readStored({ kind, value }: Record<string, unknown>): Addition | undefined {
  const known = additionKinds.find((each) => each === kind)
  const read = known && readAddition(known, value)
  return typeof read === 'object' ? read : undefined
}

/** Keeps the object of a site until its additions change, so that what is compiled of it is compiled once. */
export function createAdditionsOf(additions: Pick<Records<Addition>, 'list'>): AdditionsOf {
  const known = new Map<string, { ids: string; added: SiteAdditions }>()
  return {
    async read(site) {
      const list = await additions.list(site)
      const ids = list.map(({ id }) => id).join()
      if (ids === '') known.delete(site)
      else if (known.get(site)?.ids !== ids) known.set(site, { ids, added: group(list) })
      return known.get(site)?.added
    },
  }
}

function group(list: readonly Addition[]): SiteAdditions {
  const of = (wanted: AdditionKind): string[] => [...new Set(list.filter(({ kind }) => kind === wanted).map(({ value }) => value))]
  const hosts = of('host')
  return { hosts, isHost: createHostTest(hosts), paths: of('path'), addresses: of('address') }
}
