import { noSource } from '../dimensions.ts'
import { longestView } from '../engagement.ts'
import { sessionGap } from '../sessions.ts'
import { codeUnitsSql } from './codeUnits.ts'
import { nameSql, type NameMaps } from './nameMaps.ts'
import type { Params } from './params.ts'
import { rowColumnNames, type RowColumn } from './rowColumns.ts'

export interface DeriveOptions {
  params: Params
  /** What sources and countries of these hits are called. */
  names: NameMaps
  /** Only these are asked for. @default all */
  columns?: ReadonlySet<RowColumn>
}

/** A column that is said by a visit's first hit: by which fields, and how. */
interface EntryColumn {
  fields: readonly string[]
  /** @param read an expression for each of the fields */
  sql(...read: string[]): string
}

const visitorOrder = 'OVER (PARTITION BY visitorKey ORDER BY visitKey, nth ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)'
const pageOrder = 'OVER (PARTITION BY visitorKey, pathKey ORDER BY visitKey, nth ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)'
const inOrder = 'OVER (PARTITION BY sessionKey ORDER BY time, id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)'

/** As `addRevenue` has it: a decimal text, and a code of a currency. */
const isRevenue = `(match(s.revenueAmount, '^-?[0-9]{1,15}([.][0-9]{1,6})?$') AND match(s.revenueCurrency, '^[A-Za-z]{3}$'))`
const millionths = `concat(splitByChar('.', s.revenueAmount)[1], rightPad(splitByChar('.', s.revenueAmount)[2], 6, '0'))`

/** What a hit says of itself, and the fields that it needs. */
const ownColumns: Partial<Record<RowColumn, readonly [sql: string, ...fields: string[]]>> = {
  day: ['s.day'],
  visitor: ['s.visitorKey'],
  time: ['s.time'],
  isView: ['s.isView'],
  interactive: ['s.isInteractive'],
  name: [`if(s.isView, 'pageview', s.name)`, 'name'],
  path: ['s.path', 'path'],
  hostname: ['s.hostname', 'hostname'],
  props: ['s.props', 'props'],
  amount: [`if(${isRevenue}, toInt128OrZero(${millionths}), 0)`, 'revenueAmount', 'revenueCurrency'],
  currency: [`if(${isRevenue}, s.revenueCurrency, '')`, 'revenueAmount', 'revenueCurrency'],
}

/** What is said of a hit among those of its visitor, its visit and its page: see `placesSql`. Any of them may be the first. */
const placeColumns: Partial<Record<RowColumn, string>> = {
  engaged: 'engaged',
  scroll: 'scroll',
  mark: markSql(visitorOrder),
  section: `multiIf(${isNewVisit(visitorOrder)}, 0, isView, 1, 2)`,
  visitEngaged: 'if(max(engaged) OVER (PARTITION BY visitKey) >= 0, sum(greatest(engaged, 0)) OVER (PARTITION BY visitKey), -1)',
  visitScroll: `if(${isNewVisit(visitorOrder)}, max(scroll) OVER (PARTITION BY visitorKey, visitKey), -1)`,
  dayScroll: `if(${isFirst(visitorOrder)}, max(scroll) OVER (PARTITION BY visitorKey), -1)`,
  pageMark: markSql(pageOrder),
  pageRead: 'engaged >= 0 AND row_number() OVER (PARTITION BY visitKey, pathKey ORDER BY engaged < 0, nth) = 1',
  pageScroll: `if(${isFirst(pageOrder)}, max(scroll) OVER (PARTITION BY visitorKey, pathKey), -1)`,
}

/** The same where nothing is asked that windows tell. */
const engagementColumns: Partial<Record<RowColumn, string>> = { engaged: 'if(s.isView, e.engaged, -1)', scroll: 'if(s.isView, e.scroll, -1)' }

/** What the hits of a visit come to. */
const visitColumns: Partial<Record<RowColumn, string>> = {
  owner: 'v.owner',
  visit: 's.visitKey',
  place: 's.nth - v.firstNth + 1',
  visitEngaged: 'if(s.nth = v.firstNth, p.visitEngaged_, -1)',
  start: 'v.start',
  duration: 'v.end - v.start',
  hits: 'v.hits',
  views: 'v.views',
  bounced: 'v.interactives <= 1',
  entryTime: 'if(v.views > 0, v.firstView.1, v.start)',
  entryPath: 'if(v.views > 0, v.firstView.2, v.first.1)',
  entryHost: 'if(v.views > 0, v.firstView.3, v.first.2)',
  exitPath: 'v.lastView.1',
  exitHost: 'v.lastView.2',
}

/**
 * The rows of some home days: a SELECT of columns of `rowColumns`, in their order. It means what `deriveSessions` and
 * `deriveEngagement` mean.
 *
 * @param hits a subquery, in brackets, of all visible hits of whole home days of one site: see `hitsSql`
 */
export function deriveSql(hits: string, { params, names, columns = new Set(rowColumnNames) }: DeriveOptions): string {
  const entryColumns = columnsOfEntry(params, names)
  const wanted = rowColumnNames.filter((name) => columns.has(name))
  const ofFirst = [...new Set(['path', 'hostname', ...wanted.flatMap((name) => entryColumns[name]?.fields ?? [])])]
  const fields = new Set([...ofFirst, ...wanted.flatMap((name) => ownColumns[name]?.slice(1) ?? [])])
  const placed = wanted.filter((name) => name in placeColumns)
  const isPlain = placed.every((name) => name in engagementColumns)
  return `
    WITH
    keyed AS (SELECT day, id, time, ${[...fields].join(', ')}, type = 'pageview' AS isView, type != 'engagement' AS isHit, ifNull(interactive, true) AS isInteractive,
      ${keySql('visitor', 'session')} AS visitorKey, ${keySql('session', 'visitor')} AS sessionKey FROM ${hits}),
    begun AS (SELECT *, time - lagInFrame(time, 1, time - ${sessionGap}) ${inOrder} >= ${sessionGap} AS begins, sum(isHit) ${inOrder} AS nth FROM keyed),
    parted AS (SELECT *, cityHash64(sessionKey, sum(begins) ${inOrder}) AS visitKey FROM begun),
    visits AS (SELECT visitKey AS key, min(nth) AS firstNth, min(time) AS start, max(time) AS end, count() AS hits, countIf(isView) AS views, countIf(isInteractive) AS interactives,
      argMin(visitorKey, (time, id)) AS owner, argMin((${ofFirst.join(', ')}), (time, id)) AS first,
      argMinIf((time, path, hostname), (time, id), isView) AS firstView, argMaxIf((path, hostname), (time, id), isView) AS lastView
      FROM parted WHERE isHit GROUP BY visitKey)
    SELECT ${wanted.map((name) => `${columnSql(name)} AS ${name}`).join(', ')}
    FROM (SELECT * FROM parted WHERE isHit) AS s INNER JOIN visits AS v ON s.visitKey = v.key
    ${placed.length === 0 ? '' : isPlain ? `LEFT JOIN (${engagementSql(hits)}) AS e ON s.day = e.day AND s.id = e.pageview` : `INNER JOIN (${placesSql(hits, placed)}) AS p ON s.visitKey = p.visitKey AND s.nth = p.nth`}`

  function columnSql(name: RowColumn): string {
    const entry = entryColumns[name]
    if (entry !== undefined) return entry.sql(...entry.fields.map((field) => `v.first.${ofFirst.indexOf(field) + 1}`))
    return ownColumns[name]?.[0] ?? visitColumns[name] ?? (isPlain ? engagementColumns[name]! : `p.${name}_`)
  }
}

/** Whether a hit is the first in its part of a window. */
function isFirst(window: string): string {
  return `row_number() ${window} = 1`
}

/** Whether none before it there is of its visit. */
function isNewVisit(window: string): string {
  return `(${isFirst(window)} OR lagInFrame(visitKey) ${window} != visitKey)`
}

/** See the column `mark`. */
function markSql(window: string): string {
  return `multiIf(${isFirst(window)}, 2, ${isNewVisit(window)}, 1, 0)`
}

/** As `visitorKey` and `sessionKey` have it: the first that is there of two fields, else the view. */
function keySql(first: string, second: string): string {
  const hash = (field: string) => `cityHash64(day, '${field}', ${field})`
  return `multiIf(${first} != '', ${hash(first)}, ${second} != '', ${hash(second)}, cityHash64(day, 'view', if(view != '', view, id)))`
}

/**
 * What was reported about every pageview. A view's reports are in order; where it has several pageviews each begins a part, but
 * that of the first has what came before it too.
 */
function engagementSql(hits: string): string {
  const told = `(time, type != 'pageview', id, ifNull(engaged, -1), ifNull(engagedDelta, 0), isNotNull(engaged) OR isNotNull(engagedDelta), ifNull(scroll, -1))`
  const parts = 'arraySplit((each, at) -> each.2 = 0 AND at > arrayFirstIndex(other -> other.2 = 0, told), told, arrayEnumerate(told))'
  const engaged = `least(greatest(0, arrayMax(each -> each.4, part)) + arraySum(each -> each.5, part), ${longestView})`
  return `SELECT day, arrayFirst(each -> each.2 = 0, part).3 AS pageview, if(arrayExists(each -> each.6, part), ${engaged}, -1) AS engaged, arrayMax(each -> each.7, part) AS scroll
    FROM (SELECT day, arrayJoin(${parts}) AS part
      FROM (SELECT day, arraySort(groupArray(${told})) AS told FROM ${hits} WHERE type != 'event' GROUP BY day, view HAVING countIf(type = 'pageview') > 0))`
}

/** Some of `placeColumns` by visit and place: windows are put in order, which of all columns of a row takes ten times as long. */
function placesSql(hits: string, names: readonly RowColumn[]): string {
  const told = names.some((name) => name !== 'mark' && name !== 'section' && name !== 'pageMark')
  const engagement = told ? `if(isView, e.engaged, -1) AS engaged, if(isView, e.scroll, -1) AS scroll` : '-1 AS engaged, -1 AS scroll'
  const hit = `SELECT k.visitKey AS visitKey, k.visitorKey AS visitorKey, k.nth AS nth, k.isView AS isView, cityHash64(k.path) AS pathKey, ${engagement}
      FROM parted AS k ${told ? `LEFT JOIN (${engagementSql(hits)}) AS e ON k.day = e.day AND k.id = e.pageview` : ''} WHERE k.isHit`
  return `SELECT visitKey, nth, ${names.map((name) => `${placeColumns[name]!} AS ${name}_`).join(', ')} FROM (${hit})`
}

/** What a visit has from its first hit. */
function columnsOfEntry(params: Params, names: NameMaps): Partial<Record<RowColumn, EntryColumn>> {
  const origin = (source: string, host: string) => `if(${source} != '', ${source}, ${host})`
  return {
    session: { fields: ['session'], sql: (session) => `if(${session} != '', cityHash64(${session}), 0)` },
    direct: {
      fields: ['source', 'medium', 'campaign', 'referrerHost', 'channel', 'clickIds'],
      sql: (...all) => all.map((each) => `empty(${each})`).join(' AND '),
    },
    source: { fields: ['source', 'referrerHost'], sql: (source, host) => `if(${source} = '' AND ${host} = '', '${noSource}', ${nameSql(params, names.sources, origin(source!, host!))})` },
    referrer: asItIs('referrer'),
    channel: asItIs('channel'),
    utmSource: asItIs('source'),
    utmMedium: asItIs('medium'),
    utmCampaign: asItIs('campaign'),
    utmTerm: asItIs('term'),
    utmContent: asItIs('content'),
    clickIds: { fields: ['clickIds'], sql: (ids) => formSql(ids!) },
    browser: asItIs('browser'),
    browserVersion: asItIs('browserVersion'),
    os: asItIs('os'),
    osVersion: asItIs('osVersion'),
    device: asItIs('device'),
    country: asItIs('country'),
    countryName: { fields: ['country'], sql: (country) => nameSql(params, names.countries, country!) },
    region: asItIs('region'),
    city: asItIs('city'),
    language: asItIs('language'),
    screenClass: { fields: ['screen'], sql: (screen) => screenClassSql(screen!) },
  }
}

function asItIs(field: string): EntryColumn {
  return { fields: [field], sql: (value) => value! }
}

/** As `URLSearchParams` writes the entries of a map in the order of JavaScript's `toSorted`. */
function formSql(map: string): string {
  const encode = (text: string) => `replaceAll(replaceAll(encodeURLFormComponent(${text}), '~', '%7E'), '%2A', '*')`
  const pairs = `arraySort(pair -> ${codeUnitsSql(`concat(pair.1, ',', pair.2)`)}, arrayZip(mapKeys(${map}), mapValues(${map})))`
  return `arrayStringConcat(arrayMap(pair -> concat(${encode('pair.1')}, '=', ${encode('pair.2')}), ${pairs}), '&')`
}

/** See `screenClass`: what begins with no number is no small screen. */
function screenClassSql(screen: string): string {
  const width = `ifNull(toFloat64OrNull(extract(${screen}, '^([+-]?[0-9]+)')), inf)`
  return `multiIf(${screen} = '', '', ${width} < 576, 'Mobile', ${width} < 992, 'Tablet', ${width} < 1440, 'Laptop', 'Desktop')`
}
