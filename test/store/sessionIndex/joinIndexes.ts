import type { Codes, CodedTexts, HitKind, IndexColumns, IndexDay, SessionIndex } from '../../../packages/store/src/sessionIndex/sessionIndex.ts'

/** An index of several days in the plainest way: every column written out and coded anew. */
export async function joinIndexes(indexes: readonly SessionIndex[]): Promise<SessionIndex> {
  const columns: Record<string, unknown> = {}
  const all = await Promise.all(indexes.map((index) => index.load(names)))
  for (const name of names) columns[name] = join(all.map((each) => each[name]))
  const days: IndexDay[] = []
  let [visits, hits] = [0, 0]
  for (const index of indexes) {
    for (const day of index.days) days.push(shift(day, visits, hits))
    visits += index.visits
    hits += index.hits
  }
  return { days, visits, hits, load: async () => columns as unknown as IndexColumns }
}

const names = [
  'rawSource', 'source', 'medium', 'campaign', 'term', 'content', 'referrer', 'channel', 'browser', 'browserVersion', 'os', 'osVersion',
  'device', 'country', 'region', 'city', 'screenClass', 'language', 'flags', 'start', 'duration', 'hitCount', 'viewCount', 'kind', 'path',
  'hostname', 'time', 'engaged', 'scroll', 'revenue', 'props', 'visitor',
] as const

function shift(day: IndexDay, visits: number, hits: number): IndexDay {
  return {
    ...day,
    visits: day.visits + visits,
    visitsEnd: day.visitsEnd + visits,
    mixed: day.mixed + visits,
    hits: day.hits + hits,
    hitsEnd: day.hitsEnd + hits,
    mixedHits: day.mixedHits + hits,
  }
}

type Column = IndexColumns[keyof IndexColumns]

function join(columns: readonly Column[]): Column {
  const [first] = columns
  if (first instanceof Float64Array) return Float64Array.from(columns.flatMap((column) => [...(column as Float64Array)]))
  if (first !== undefined && 'values' in first && 'codes' in first) {
    const said = (columns as readonly (CodedTexts | IndexColumns['kind'])[]).flatMap(({ values, codes }) => [...codes].map((code) => values[code]!))
    const texts = [...new Set(said.map((value) => JSON.stringify(value)))]
    const codes = new Map(texts.map((text, code) => [text, code]))
    return { values: texts.map((text) => JSON.parse(text) as string & HitKind), codes: narrow(said.map((value) => codes.get(JSON.stringify(value))!)) }
  }
  const numbers = (columns as readonly Codes[]).flatMap((column) => Array.from(column))
  return first instanceof Uint8Array && numbers.every((number) => number < 256) ? Uint8Array.from(numbers) : narrow(numbers)
}

function narrow(numbers: readonly number[]): Codes {
  const most = numbers.reduce((a, b) => Math.max(a, b), 0)
  if (most < 256) return Uint8Array.from(numbers)
  return most < 65_536 ? Uint16Array.from(numbers) : Uint32Array.from(numbers)
}
