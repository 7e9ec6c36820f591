import { browserName, countryCode, majorVersion, regionCode, systemName } from '../deviceNames.ts'
import type { ImportedHit, ImportFormat, ImportHead } from '../importFormat.ts'
import { noHost, pageAddress } from '../pageAddress.ts'
import { columnsOf, hitOf, readTables, type Cells, type ReadRow } from '../readTable.ts'
import { readTime } from '../readTime.ts'

/**
 * GoatCounter's export. The name of its first column begins with the version of the format: 1 and 2 are known, of which
 * 2 adds the system and the user agent.
 */
export const goatcounter: ImportFormat = {
  name: 'goatcounter',
  title: 'GoatCounter: its export, goatcounter-export-….csv.gz',
  detects: (file) => versionOf(file) !== undefined,
  read(input) {
    const tables = input.files.length > 1 ? input.files.filter(goatcounter.detects) : input.files
    const late = tables.find((file) => !['1', '2'].includes(versionOf(file) ?? ''))
    if (late !== undefined) throw new Error(`[treadlight import] ${late.name} is GoatCounter's format ${versionOf(late) ?? 'without a version'}, and 1 and 2 are known: look for a later version of treadlight`)
    return readTables(input, goatcounter, (cells, file) => readHit(cells, `${versionOf(file)!}path`, input.host))
  },
}

function versionOf(file: Pick<ImportHead, 'text'>): string | undefined {
  const [first = '', ...others] = columnsOf(file)
  return others.includes('firstvisit') ? /^(\d+)path$/.exec(first)?.[1] : undefined
}

function readHit(cells: Cells, pathColumn: string, host: string): ReadRow {
  if (cells('bot') !== '' && cells('bot') !== '0') return { skip: 'a bot' }
  const time = readTime(cells('date'), 'UTC')
  if (time === undefined) return { problem: 'Date is no time' }
  const path = cells(pathColumn).trim()
  if (path === '') return { problem: 'Path is empty' }
  const isEvent = cells('event') === 'true' || cells('event') === '1'
  const url = pageAddress(isEvent ? '/' : path, host)
  if (url === undefined) return { problem: noHost }
  const session = /^[0-]*$/.test(cells('session')) ? '' : cells('session')
  return {
    hit: hitOf({
      time,
      url,
      type: isEvent ? 'event' : 'pageview',
      name: isEvent ? path.replace(/^\/+/, '') || path : undefined,
      title: cells('title'),
      session,
      visitor: session,
      userAgent: cells('useragent'),
      screen: screenOf(cells('screen size')),
      ...referrerOf(cells('referrer'), cells('referrer scheme')),
      ...deviceOf(cells),
      ...placeOf(cells('location')),
    }),
  }
}

/** What GoatCounter gives names to, by hosts that have the same one here. */
const hosts: Readonly<Record<string, string>> = {
  google: 'www.google.com',
  'hacker news': 'news.ycombinator.com',
  twitter: 'twitter.com',
  facebook: 'www.facebook.com',
  reddit: 'www.reddit.com',
  linkedin: 'www.linkedin.com',
  instagram: 'www.instagram.com',
  'telegram messenger': 't.me',
}

/** `h` is an address without its scheme, `o` one of another kind (`android-app:`), `c` a campaign; `g` a name that GoatCounter has given. */
function referrerOf(text: string, scheme: string): Pick<ImportedHit, 'referrer' | 'source'> {
  if (text === '') return {}
  const name = text.trim().toLowerCase()
  if (scheme === 'g' && Object.hasOwn(hosts, name)) return { referrer: `https://${hosts[name]}/` }
  if (scheme === 'c' || scheme === 'g') return { source: name }
  return { referrer: scheme === 'o' || /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}` }
}

/** `Firefox 128`, `Windows 10`: a version is behind the last space. */
function deviceOf(cells: Cells): Partial<ImportedHit> {
  const [, name = cells('browser'), version = ''] = /^(.*\S)\s+(\d[\d.]*)$/.exec(cells('browser')) ?? []
  return { browser: browserName(name), browserVersion: majorVersion(version), ...systemName(cells('system')) } as Partial<ImportedHit>
}

/** `DE`, or with its region `DE-BE`. */
function placeOf(text: string): Partial<ImportedHit> {
  const country = countryCode(text.slice(0, 2))
  return { country, region: text.includes('-') ? regionCode(country, text) : undefined } as Partial<ImportedHit>
}

/** `1920,1080,1`; zeros where it is not known. */
function screenOf(text: string): string {
  const [width = 0, height = 0] = text.split(',').map(Number)
  return width > 0 ? `${Math.round(width)}x${Math.round(height)}` : ''
}
