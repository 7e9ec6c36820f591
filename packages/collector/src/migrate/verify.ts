import { compareSites, compareStorages, isSmallKey, tallySite, type ComparedStorages, type Portable, type SiteDifferences, type SiteTally, type StorageProblem } from '@treadlight/store'
import { count, formatBytes } from '../progress.ts'
import { openPortable, sumsKey, type MigrateOptions, type Opened } from './openPlaces.ts'

/** What one site comes to at the destination, and how it differs from the source. */
export interface VerifiedSite {
  site: string
  /** Home days with hits, and their facts: what each origin said of a hit. */
  days: number
  facts: number
  links: number
  erasures: number
  prunings: number
  /** Left out where all values are the same, byte for byte. */
  differences?: SiteDifferences
}

export interface Verified {
  /** Whether the destination has all that the source has, and nothing else. */
  same: boolean
  sites: VerifiedSite[]
  /** Of all values, or the small ones; left out where they stay where they are. */
  values?: ComparedStorages
  /** Values with sums of pruned days, and small values: users, tokens, goals … */
  sums: number
  small: number
}

/** Compares all that two places have: values byte by byte, and between two kinds of stores the facts of each home day. */
export async function verify(options: MigrateOptions, opened: Opened, problems: StorageProblem[]): Promise<Verified> {
  const { signal, show } = options
  const values =
    opened.filter &&
    (await compareStorages({
      from: opened.from.storage,
      to: opened.to.storage,
      filter: opened.filter,
      signal,
      onProgress: ({ total, done, bytes }) => show(() => `comparing: ${count(done, 'value')} of ${total.toLocaleString('en')}, ${formatBytes(bytes)}`),
    }))
  const sites = opened.byFacts ? await compareFacts(options, opened, problems) : await countFacts(options, opened, problems)
  const keys = await opened.to.storage.getKeys('')
  return {
    same: (values === undefined || isSame(values)) && sites.every(({ differences }) => differences === undefined || isNone(differences)),
    sites,
    ...(values && { values }),
    sums: keys.filter((key) => sumsKey.test(key)).length,
    small: keys.filter((key) => isSmallKey(key)).length,
  }
}

/** Of two kinds of stores. */
async function compareFacts({ from, to, signal, show }: MigrateOptions, opened: Opened, problems: StorageProblem[]): Promise<VerifiedSite[]> {
  const source = await openPortable(opened.from, from, { readOnly: true, problems })
  const destination = await openPortable(opened.to, to, { readOnly: true })
  try {
    const sites = [...new Set([...(await source.store.sites()), ...(await destination.store.sites())])].toSorted()
    const verified: VerifiedSite[] = []
    for (const site of sites) {
      const tally = (store: Portable, where: string) => tallyShown(store, site, where, { signal, show })
      const [expected, actual] = [await tally(source.store, 'source'), await tally(destination.store, 'destination')]
      const keepsPrunings = actual.marks.prunings.length > 0
      verified.push({ ...describe(site, actual), differences: compareSites(expected, actual, keepsPrunings) })
    }
    return verified
  } finally {
    await Promise.all([source.store.close(), destination.store.close()])
  }
}

/** Where all bytes are the same, that the destination can be read is what is left to show. */
async function countFacts({ to, signal, show }: MigrateOptions, opened: Opened, problems: StorageProblem[]): Promise<VerifiedSite[]> {
  const { store } = await openPortable(opened.to, to, { readOnly: true, problems })
  try {
    const verified: VerifiedSite[] = []
    for (const site of await store.sites()) verified.push(describe(site, await tallyShown(store, site, 'destination', { signal, show })))
    return verified
  } finally {
    await store.close()
  }
}

async function tallyShown(store: Portable, site: string, where: string, { signal, show }: Pick<MigrateOptions, 'signal' | 'show'>): Promise<SiteTally> {
  let facts = 0
  return tallySite(store, site, (piece) => {
    signal.throwIfAborted()
    facts += piece.facts.length
    show(() => `reading the ${where}: ${count(facts, 'hit')}, site ${site}, ${piece.day}`)
  })
}

function describe(site: string, { days, marks }: SiteTally): VerifiedSite {
  const facts = [...days.values()].reduce((sum, day) => sum + day.facts, 0)
  const persons = new Set(marks.erasures.filter(({ hash }) => hash !== '').map(({ kind, hash, time }) => `${kind} ${hash} ${time}`))
  return { site, days: days.size, facts, links: marks.links.length, erasures: persons.size, prunings: marks.prunings.length }
}

function isSame({ missing, differing, extra }: ComparedStorages): boolean {
  return missing.length + differing.length + extra.length === 0
}

function isNone({ days, links, erasures, prunings }: SiteDifferences): boolean {
  return days.length + links + erasures + prunings === 0
}
