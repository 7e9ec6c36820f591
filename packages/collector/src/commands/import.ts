import { existsSync } from 'node:fs'
import type { Config } from '../config.ts'
import { describePlace } from '../describeStorage.ts'
import { createDistinctValues, type DistinctValues } from '../enrich/distinct.ts'
import { createSiteRules, type EnrichRules } from '../enrich/rules.ts'
import { daysProblem, rangeOfDays } from '../export/exportDays.ts'
import { detectFormat } from '../import/detectFormat.ts'
import { importFormats } from '../import/importFormats.ts'
import type { ImportFormat } from '../import/importFormat.ts'
import { createImportNotes } from '../import/importNotes.ts'
import type { ImportReport } from '../import/importReport.ts'
import { reportSentences } from '../import/reportSentences.ts'
import { runImport, type ImportProgress } from '../import/runImport.ts'
import { openSource, type ImportSource } from '../import/openSource.ts'
import { interrupted, onInterrupt } from '../interrupt.ts'
import { openStore, type OpenStore } from '../openStore.ts'
import { openPlaceSource } from '../place/placeSource.ts'
import { count, createProgress, formatBytes, secondsSince, type Progress } from '../progress.ts'
import { listNames } from '../reports/options.ts'
import { ConfigError } from '../settings.ts'
import { policyOf } from '../settings/privacy.ts'
import { configuredSites } from '../sites/configuredSites.ts'
import { createFinder, createSites, type Site } from '../sites/sites.ts'
import { retentionPolicy } from '../upkeep.ts'
import { storageOptions, type Command } from './command.ts'

/** `treadlight import`: hits of exports, other products' too, and of access logs. */
export const importCommand: Command = {
  name: 'import',
  summary: 'Takes in what treadlight or another product has exported, and access logs',
  positionals: 'FILE…',
  details: [
    'Files may be packed (gzip, zip); - is standard input. What a file is, is told by how it looks: docs/import.md has each',
    'format with the command that makes it.',
    '',
    ...importFormats.map(({ name, title }) => `  ${name.padEnd(18)}  ${title}`),
    '',
    'Ids come from what is in the files, so what is imported twice counts once. An import that broke off, whatever ended it,',
    'goes on where it was when it is started again the same way. Safe beside running collectors.',
    'From access logs come page views of browsers alone. Who asked is told apart by a hash that nobody can make again.',
  ].join('\n'),
  options: [
    { name: 'format', type: 'string', summary: 'What the files are, where they do not tell it' },
    { name: 'site', type: 'string', summary: 'Whose hits they are (default by the host of each page; of exports of treadlight, by their site)' },
    { name: 'host', type: 'string', summary: 'Host of the pages, for exports that have paths alone (default the first host of the site)' },
    { name: 'from', type: 'string', summary: 'First day, YYYY-MM-DD (default the first there is)' },
    { name: 'to', type: 'string', summary: 'Last day, YYYY-MM-DD (default the last there is)' },
    { name: 'dry-run', type: 'boolean', summary: 'Says what would come, and what would not and why; writes nothing' },
    { name: 'json', type: 'boolean', summary: 'Prints the report as JSON: docs/import.md says what is in it' },
    ...storageOptions,
  ],
  async run({ config, values, positionals }) {
    const { format: named, site: siteName, host, from, to } = values as Record<string, string | undefined>
    const dryRun = values['dry-run'] === true
    if (positionals.length === 0) throw new ConfigError('name the files to import, or - for standard input; see treadlight import --help')
    const problem = daysProblem({ from, to }, '--')
    if (problem !== undefined) throw new ConfigError(problem)
    const format = named === undefined ? undefined : formatNamed(named)
    const interrupt = onInterrupt()
    const sources: ImportSource[] = []
    const opened = await open(config, dryRun)
    const progress = createProgress()
    try {
      for (const path of positionals) sources.push(await openSource(path))
      const read = withContent(sources).map((source) => ({ source, format: format ?? detectFormat(source, importFormats) }))
      const { sites, site } = await findSites(config, opened, siteName)
      const defaultSite = site ?? sites[0]!
      const place = await openPlaceSource(config.place)
      const now = Date.now()
      const { anonymous, authenticated } = retentionPolicy(config.retention)
      const say = (text: string): void => {
        progress.clear()
        console.error(text)
      }
      const report = await runImport({
        store: opened?.store,
        sources: read,
        notes: opened && createImportNotes(opened.values, [...read.flatMap((its) => [its.source.print, its.format.name]), siteName ?? '', host ?? '', from ?? '', to ?? '']),
        site,
        sites,
        defaultSite,
        host: host ?? hostOf(config, defaultSite),
        finish: { siteOf: createSiteOf(site, sites, config), rulesOf: createRulesOf(config, place), policy: policyOf(config) },
        range: rangeOfDays(defaultSite.timezone, { from, to }),
        dryRun,
        retention: { anonymous: now - anonymous, authenticated: now - authenticated },
        signal: interrupt.signal,
        now,
        onOld: (first) => say(oldSentence(first, config, dryRun)),
        onResume: (at) => say(`An import of these files broke off: it goes on at line ${at.line.toLocaleString('en')} of ${at.file}`),
        onProgress: showProgress(progress),
      })
      progress.end()
      if (report === undefined) {
        console.error('Interrupted. What is stored counts; the same command goes on from there.')
        return interrupted
      }
      console.log(values['json'] === true ? JSON.stringify(jsonOf(report, dryRun)) : reportSentences(report, { dryRun, place: describePlace(config), timezone: defaultSite.timezone }))
      return isFailure(report) ? 1 : 0
    } finally {
      progress.end()
      interrupt.release()
      for (const source of sources) await source.close()
      await opened?.close()
    }
  },
}

/** The newest of rotated logs is empty at first: no reason to refuse the others. */
function withContent(sources: readonly ImportSource[]): readonly ImportSource[] {
  const isEmpty = ({ files }: ImportSource): boolean => files.length > 0 && files.every(({ head }) => head.length === 0)
  if (sources.every(isEmpty)) return sources
  return sources.filter((source) => {
    if (isEmpty(source)) console.error(`${source.name}: is empty`)
    return !isEmpty(source)
  })
}

/** A dry run makes no folder. */
async function open(config: Config, dryRun: boolean): Promise<OpenStore | undefined> {
  const { driver, base } = config.storage
  if (driver === 'memory') throw new ConfigError('storage.driver memory: what is imported there is gone when the command ends; name another driver')
  if (dryRun && driver === 'fs' && !existsSync(String(base))) return undefined
  return openStore(config, { readOnly: dryRun })
}

function formatNamed(name: string): ImportFormat {
  const format = importFormats.find((each) => each.name === name)
  if (format === undefined) throw new ConfigError(`--format ${name}: must be ${listNames(importFormats.map((each) => each.name))}`)
  return format
}

/** The sites there are, the default one first, and the one that is named. */
async function findSites(config: Config, opened: OpenStore | undefined, named: string | undefined): Promise<{ sites: readonly Site[]; site: Site | undefined }> {
  const values = opened?.values ?? { create: async () => true, read: async () => undefined, list: async () => [], remove: async () => undefined }
  const onError = (error: unknown): never => {
    throw error
  }
  const known = createSites({ values, defaultSite: { id: config.site, timezone: config.timezone }, defaultHosts: config.hosts, configured: configuredSites(config), now: Date.now, onError })
  const sites = await known.list()
  if (named === undefined) return { sites, site: undefined }
  const site = await known.named(named)
  if (site === undefined) throw new ConfigError(`--site ${named}: there is no such site; there ${sites.length === 1 ? 'is' : 'are'} ${sites.map(({ id }) => id).join(', ')}. treadlight site add makes one`)
  if (site.demo) throw new ConfigError(`--site ${named}: what this site has is made up, and nothing real may come among it: name another one`)
  return { sites, site }
}

function createSiteOf(site: Site | undefined, sites: readonly Site[], config: Config): (hostname: string) => Site {
  if (site !== undefined) return () => site
  const find = createFinder(sites)
  return (hostname) => find(undefined, hostname) ?? sites[0] ?? { id: config.site, timezone: config.timezone, hosts: [] }
}

function hostOf(config: Config, site: Site): string {
  const hosts = site.id === config.site ? config.hosts : site.hosts
  return hosts.find((host) => !host.startsWith('*')) ?? ''
}

/** Days whose distinct values are counted at a time, some 4 MB each where many are distinct. */
const countedDays = 16

/** What the owner has set, of each site; distinct values are counted for more days than the two that a collector has at a time. */
function createRulesOf(config: Config, place: Awaited<ReturnType<typeof openPlaceSource>>): (site: Site) => EnrichRules {
  const rules = createSiteRules(config.site, { settings: config, place })
  const made = new Map<string, EnrichRules>()
  return (site) => {
    let its = made.get(site.id)
    if (its === undefined) made.set(site.id, (its = { ...rules.of(site), distinct: countByDay(config.limits.distinct) }))
    return its
  }
}

function countByDay(limit: number): DistinctValues {
  const days = new Map<string, DistinctValues>()
  return {
    admits(day, field, value, key) {
      let its = days.get(day)
      if (its === undefined) {
        days.set(day, (its = createDistinctValues(limit, () => undefined)))
        for (const first of days.keys()) if (days.size > countedDays) days.delete(first)
      }
      return its.admits(day, field, value, key)
    },
    capped: () => ({}),
  }
}

function showProgress(progress: Progress): (at: ImportProgress) => void {
  const started = performance.now()
  let indexingSince: number | undefined
  return ({ rows, read, size, indexing }) => {
    if (indexing) indexingSince ??= performance.now()
    progress.show(() => {
      if (indexingSince !== undefined) return `indexing … ${secondsSince(indexingSince)}`
      const seconds = (performance.now() - started) / 1000
      const left = read > 0 && size > read ? `, about ${Math.ceil((seconds * (size - read)) / read)} s left` : ''
      return `importing … ${count(rows, 'row')}, ${formatBytes(read)} of ${formatBytes(size)}, ${Math.round(rows / Math.max(seconds, 0.1)).toLocaleString('en')} rows/s${left}`
    })
  }
}

function oldSentence(first: number, { retention }: Config, dryRun: boolean): string {
  const kept = `anonymous hits are kept ${retention.anonymous} days, those of known users ${retention.authenticated}`
  const sums = retention.sums ? 'their sums of whole days stay' : 'nothing of them stays'
  return `There are hits from ${new Date(first).toISOString().slice(0, 10)} on, and by the setting retention ${kept}: the next pruning ${dryRun ? 'would take' : 'takes'} what is older; ${sums}. Raise retention.anonymous and retention.authenticated first, or leave them out with --from.`
}

function jsonOf({ first, last, ...report }: ImportReport, dryRun: boolean): object {
  return { dryRun, ...report, ...(first !== undefined && { first: new Date(first).toISOString() }), ...(last !== undefined && { last: new Date(last).toISOString() }) }
}

/** Where nothing at all was understood. */
function isFailure({ stored, duplicate, refused, sums }: ImportReport): boolean {
  return stored + duplicate === 0 && sums === undefined && Object.keys(refused).length > 0
}
