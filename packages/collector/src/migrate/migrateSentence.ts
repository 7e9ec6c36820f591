import type { ComparedStorages, SiteDifferences } from '@treadlight/store'
import { count, formatBytes } from '../progress.ts'
import type { MigrateReport } from './migrate.ts'
import type { Verified, VerifiedSite } from './verify.ts'

/** What a migration has done, for people. */
export function migrateSentence(report: MigrateReport): string {
  const { from, to, dryRun, verified } = report
  const lines = [`From ${from}`, `to   ${to}`, '', ...(dryRun ? planned(report) : done(report))]
  if (verified !== undefined) lines.push(...verifiedLines(verified))
  return lines.join('\n')
}

function planned({ values, hits, sumsLeft }: MigrateReport): string[] {
  const lines: string[] = []
  if (values !== undefined) {
    const kinds = values.kinds.map(({ kind, values: number }) => `${number.toLocaleString('en')} ${kind}`).join(', ')
    lines.push(`${count(values.copied, 'value')} would be copied (the source has ${kinds || 'none'}); ${values.kept.toLocaleString('en')} are there already.`)
  }
  if (hits !== undefined) lines.push(`${count(hits.copied, 'hit')} would be copied, one by one.`)
  if (sumsLeft > 0) lines.push(`The sums of pruned days (${count(sumsLeft, 'value')}) have no place there: they would be left behind, with --without-sums.`)
  return [...lines, 'Nothing was written.']
}

function done({ values, hits, sumsLeft }: MigrateReport): string[] {
  const lines: string[] = []
  if (values !== undefined)
    lines.push(`Copied ${count(values.copied, 'value')} (${formatBytes(values.bytes)}); ${values.kept.toLocaleString('en')} were there${values.deleted > 0 ? `, ${values.deleted.toLocaleString('en')} that the source has deleted since are gone` : ''}.`)
  if (hits !== undefined) lines.push(`Copied ${count(hits.copied, 'hit')}; ${hits.kept.toLocaleString('en')} were there.`)
  if (sumsLeft > 0 && hits !== undefined) lines.push(`Left behind: the sums of pruned days (${count(sumsLeft, 'value')}).`)
  return lines
}

function verifiedLines({ same, sites, values, sums, small }: Verified): string[] {
  const lines = sites.map(siteLine)
  if (sums > 0) lines.push(`  ${count(sums, 'value')} with sums of pruned days`)
  lines.push(`  ${count(small, 'small value')} (users, tokens, salts, goals …)${values === undefined ? ', where they were' : ''}`)
  if (values !== undefined && values.checksum !== '') lines.push(`  SHA-256 of all values ${values.checksum}`)
  if (same) return ['', 'The destination has:', ...lines, 'Everything is the same in both places.']
  return ['', 'The destination has:', ...lines, 'The two places differ:', ...differences(values, sites), 'Where the source is still written to, stop its collector and run this again.']
}

function siteLine({ site, days, facts, links, erasures, prunings }: VerifiedSite): string {
  return `  Site ${site}: ${count(facts, 'fact')} of ${count(days, 'day')}, ${count(links, 'log-in')}, ${count(erasures, 'erasure')}, ${count(prunings, 'pruning')}`
}

function differences(values: ComparedStorages | undefined, sites: readonly VerifiedSite[]): string[] {
  const { missing = [], differing = [], extra = [] } = values ?? {}
  return [
    ...named('only in the source', missing),
    ...named('with other bytes', differing),
    ...named('only in the destination', extra),
    ...sites.flatMap(({ site, differences: its }) => (its === undefined ? [] : ofSite(site, its))),
  ]
}

function ofSite(site: string, { days, links, erasures, prunings }: SiteDifferences): string[] {
  const some = days.slice(0, 5).map(({ day, from, to }) => `${day} (${from.toLocaleString('en')} in the source, ${to.toLocaleString('en')} here)`)
  const marks = [links > 0 && count(links, 'log-in'), erasures > 0 && count(erasures, 'erasure'), prunings > 0 && count(prunings, 'pruning')].filter((text) => text !== false)
  return [
    ...(days.length > 0 ? [`  Site ${site}: the facts of ${count(days.length, 'day')}: ${some.join(', ')}${days.length > 5 ? ' …' : ''}`] : []),
    ...(marks.length > 0 ? [`  Site ${site}: ${marks.join(', ')} only in the source`] : []),
  ]
}

function named(what: string, keys: readonly string[]): string[] {
  return keys.length === 0 ? [] : [`  ${count(keys.length, 'value')} ${what}: ${keys.slice(0, 3).join(', ')}${keys.length > 3 ? ' …' : ''}`]
}
