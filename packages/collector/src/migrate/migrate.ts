import {
  copyFacts,
  mirrorStorage,
  countKeys,
  type CopyFactsReport,
  type MirrorReport,
  type KindOfValues,
  type Portable,
  type StorageProblem,
} from '@treadlight/store'
import { count, formatBytes } from '../progress.ts'
import { ConfigError } from '../settings.ts'
import { assertApart } from './assertApart.ts'
import { openPlaces, openPortable, sumsKey, type CountsAbout, type MigrateOptions, type Opened } from './openPlaces.ts'
import { verify, type Verified } from './verify.ts'

export interface MigrateReport {
  from: string
  to: string
  dryRun: boolean
  /** Values of the storage by kind that were to be copied: all, or the small ones. Left out where they stay where they are. */
  values?: MirrorReport & { kinds: KindOfValues[] }
  /** Hits that were copied one by one, between two kinds of stores. In a dry run those that there are. */
  hits?: CopyFactsReport
  /** Values with sums of pruned days that the destination has no place for. */
  sumsLeft: number
  /** Damaged in the source: what they held could not be copied. */
  problems: readonly StorageProblem[]
  /** Left out in a dry run. */
  verified?: Verified
}

/**
 * Moves everything that one store has to another.
 * @throws ConfigError, or CopyRefused, naming the remedy where the destination cannot be it
 */
export async function migrate(options: MigrateOptions): Promise<MigrateReport> {
  const { from, to } = options
  await assertApart(from, to)
  const opened = await openPlaces(options)
  try {
    return await migrateOpened(options, opened)
  } finally {
    await Promise.all([opened.from.close(), opened.to.close()])
  }
}

async function migrateOpened(options: MigrateOptions, opened: Opened): Promise<MigrateReport> {
  const { from, to, dryRun, verifyOnly, show } = options
  const problems: StorageProblem[] = []
  const leavesSums = opened.byFacts && from.config.store.type === 'storage'
  const sumsLeft = leavesSums ? (await opened.from.storage.getKeys('')).filter((key) => sumsKey.test(key)).length : 0
  const report: MigrateReport = { from: from.name, to: to.name, dryRun, sumsLeft, problems }
  if (sumsLeft > 0 && !dryRun && !verifyOnly && !options.withoutSums)
    throw new ConfigError(
      `${from.name} keeps the sums of days whose hits were pruned (${count(sumsLeft, 'value')}), and ${to.name} has no place for them: what was before the retention would be gone from its answers. --without-sums goes on all the same; the source keeps them`,
    )
  // Whether that may be, before anything is written.
  if (opened.filter !== undefined && opened.byFacts && !verifyOnly) await copyValues({ ...options, dryRun: true }, opened, opened.filter)
  if (opened.byFacts && !verifyOnly) report.hits = await copyHits(options, opened, problems)
  if (opened.filter !== undefined && !verifyOnly) report.values = await copyValues(options, opened, opened.filter)
  if (dryRun) return report
  show(() => 'comparing …')
  report.verified = await verify(options, opened, problems)
  return report
}

async function copyValues({ from, dryRun, signal, show }: MigrateOptions, opened: Opened, filter: (key: string) => boolean): Promise<MirrorReport & { kinds: KindOfValues[] }> {
  const kinds = countKeys((await opened.from.storage.getKeys('')).filter(filter))
  const began = performance.now()
  const report = await mirrorStorage({
    from: opened.from.storage,
    to: opened.to.storage,
    source: from.storage,
    filter,
    dryRun,
    signal,
    onProgress: ({ total, done, bytes }) => show(() => `copying: ${count(done, 'value')} of ${total.toLocaleString('en')}, ${formatBytes(bytes)}${timeLeft(began, done / total)}`),
  })
  return { ...report, kinds }
}

async function copyHits({ from, to, dryRun, signal, show }: MigrateOptions, opened: Opened, problems: StorageProblem[]): Promise<CopyFactsReport> {
  const source = await openPortable(opened.from, from, { readOnly: true, problems })
  if (dryRun) {
    let facts = 0
    for (const site of await source.store.sites()) {
      for await (const piece of source.store.facts(site)) {
        signal.throwIfAborted()
        facts += piece.facts.length
        show(() => `counting: ${count(facts, 'hit')}, site ${site}, ${piece.day}`)
      }
    }
    await source.store.close()
    return { copied: facts, kept: 0 }
  }
  const destination = await openPortable(opened.to, to)
  const total = await aboutHits(source.store)
  const began = performance.now()
  try {
    const report = await copyFacts({
      from: source.store,
      to: destination.store,
      notes: destination.values,
      source: from.name,
      signal,
      onProgress: ({ site, day, facts }) =>
        show(() => `copying: ${count(facts, 'hit')}${total === undefined ? '' : ` of about ${total.toLocaleString('en')}`}, site ${site}, ${day}${total === undefined ? '' : timeLeft(began, facts / total)}`),
    })
    show(() => 'tidying up …')
    await destination.store.maintain()
    return report
  } finally {
    await Promise.all([source.store.close(), destination.store.close()])
  }
}

async function aboutHits(store: Portable & Partial<CountsAbout>): Promise<number | undefined> {
  if (store.countAbout === undefined) return undefined
  let total = 0
  for (const site of await store.sites()) total += await store.countAbout({ site })
  return total
}

/** `, 3 min left`, once there is something to go by. */
function timeLeft(began: number, part: number): string {
  const spent = performance.now() - began
  if (spent < 3000 || part <= 0) return ''
  const seconds = Math.max(0, Math.round((spent / Math.min(1, part) - spent) / 1000))
  return seconds < 90 ? `, ${seconds} s left` : `, ${Math.round(seconds / 60)} min left`
}
