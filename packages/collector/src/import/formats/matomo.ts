import type { PropValue } from '@treadlight/protocol'
import { noCurrency } from '../../dialects/noCurrency.ts'
import { numberOf, revenueOf } from '../../dialects/textOf.ts'
import { isObject } from '../../isObject.ts'
import { browserName, countryCode, deviceName, majorVersion, regionCode, systemName } from '../deviceNames.ts'
import type { ImportedHit, ImportFormat, ImportInput, ImportPiece } from '../importFormat.ts'
import { readObjects } from '../readObjects.ts'
import { hitOf, place, type ReadRow } from '../readTable.ts'

type Fields = Record<string, unknown>

/**
 * Visits of Matomo with their actions, as `Live.getLastVisitsDetails` answers them in JSON: arrays, lines, or arrays one
 * after the other in one file.
 */
export const matomo: ImportFormat = {
  name: 'matomo',
  title: 'Matomo: answers of Live.getLastVisitsDetails as JSON',
  detects: ({ text }) => /^\s*[[{]/.test(text) && (/"actionDetails"\s*:/.test(text) || /^\s*\{"result"\s*:\s*"error"/.test(text)),
  read,
}

/** Visits in a piece. */
const visitsAtOnce = 200

async function* read({ files, from }: ImportInput): AsyncGenerator<ImportPiece> {
  for (const [index, file] of files.entries()) {
    if (index < (from?.file ?? 0) || (files.length > 1 && !matomo.detects(file))) continue
    const start = index === from?.file ? from : { offset: 0, line: 0 }
    let line = start.line
    let piece: ImportPiece | undefined
    for await (const { text, end } of readObjects(file.bytes(start.offset))) {
      line++
      piece ??= { rows: [], next: { file: index, offset: 0, line } }
      piece.rows.push(...place(text === undefined ? [{ problem: 'has no end, or is longer than 16 MiB' }] : readVisit(text), line, index))
      piece.next = { file: index, offset: start.offset + end, line }
      if (line % visitsAtOnce > 0) continue
      yield piece
      piece = undefined
    }
    if (piece !== undefined) yield piece
  }
}

function readVisit(text: string): ReadRow[] {
  const visit = parse(text)
  const sample = text.slice(0, 80)
  if (visit === undefined) return [{ problem: 'is no JSON', sample }]
  if (visit['result'] === 'error') return [{ problem: `is an error that Matomo answered: ${textOf(visit['message']).slice(0, 200)}` }]
  const actions = Array.isArray(visit['actionDetails']) ? visit['actionDetails'].filter(isObject) : []
  if (actions.length === 0) return [{ problem: 'is a visit without actionDetails: ask Matomo without doNotFetchActions', sample }]
  return readActions(visit, actions)
}

function parse(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The hits of a visit. Its actions may name the pageview that they belong to, and not all know the page that they are on. */
function readActions(visit: Fields, actions: readonly Fields[]): ReadRow[] {
  const common = describeVisit(visit)
  const name = `${textOf(visit['idSite'])} ${textOf(visit['idVisit'])}`
  const views = new Map<string, { key: string; time: number }>()
  let page = ''
  return actions.map((action, index): ReadRow => {
    const seconds = numberOf(action['timestamp'])
    if (seconds === undefined) return { problem: 'is an action without timestamp', sample: JSON.stringify(action).slice(0, 80) }
    const time = seconds * 1000
    const kind = textOf(action['type'])
    const said = readAction(kind, action, textOf(visit['siteCurrency']))
    if (said === undefined) return { skip: 'no page view and no event' }
    const own = textOf(action['url'])
    // Where links and downloads lead is no page of the site.
    const url = ['outlink', 'download'].includes(kind) || own === '' ? page : withScheme(own)
    if (url === '') return { problem: 'is an action before any page', sample: JSON.stringify(action).slice(0, 80) }
    page = url
    const key = `${name} ${textOf(action['pageId']) || `${kind} ${index}`} ${time}`
    const inView = textOf(action['idpageview'])
    if (kind === 'action' && inView !== '') views.set(inView, { key, time })
    const view = kind === 'action' ? undefined : views.get(inView)
    return { hit: hitOf({ time, url, key, view, ...common, ...(index === 0 && describeReferrer(visit)), ...said, ...withDimensions(said.props, visit, action) }) }
  })
}

/** What happened, under the names that the dialect gives it; undefined for what is neither looked at nor done. */
function readAction(kind: string, action: Fields, siteCurrency: string): Partial<ImportedHit> | undefined {
  const say = (name: string) => textOf(action[name])
  const currency = /^[A-Za-z]{3}$/.test(siteCurrency) ? siteCurrency : noCurrency
  switch (kind) {
    case 'action': {
      // The time until the next action: of the last one of a visit Matomo knows none.
      const spent = numberOf(action['timeSpent'])
      return { type: 'pageview', title: say('pageTitle') || say('title'), ...(spent !== undefined && spent > 0 && { engaged: spent * 1000 }) }
    }
    case 'event':
      return event(say('eventAction') || 'event', { category: say('eventCategory'), label: say('eventName'), value: numberOf(action['eventValue']) })
    case 'outlink':
      return event('Outbound Link: Click', { url: say('url') })
    case 'download':
      return event('File Download', { url: say('url') })
    case 'search':
      return event('search', { term: say('siteSearchKeyword'), category: say('siteSearchCategory'), results: numberOf(action['siteSearchCount']) })
    case 'goal':
      return { ...event(say('goalName') || `Goal ${say('goalId')}`, {}), ...bought(action['revenue'], currency) }
    case 'ecommerceOrder':
      return { ...event('purchase', { order: say('orderId'), subtotal: numberOf(action['revenueSubTotal']), tax: numberOf(action['revenueTax']), shipping: numberOf(action['revenueShipping']), discount: numberOf(action['revenueDiscount']), items: numberOf(action['items']) }), ...bought(action['revenue'], currency) }
    case 'ecommerceAbandonedCart':
      return event('cart', { total: numberOf(action['revenue']), items: numberOf(action['items']) })
    case 'content':
      return event('content', { content: say('contentName'), piece: say('contentPiece'), target: say('contentTarget'), interaction: say('contentInteraction') })
    default:
      return undefined
  }
}

function event(name: string, said: Record<string, PropValue | undefined>): Partial<ImportedHit> {
  const props = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined && value !== '')) as Record<string, PropValue>
  return { type: 'event', name, ...(Object.keys(props).length > 0 && { props }) }
}

/** A goal without a value has one of 0. */
function bought(amount: unknown, currency: string): Partial<ImportedHit> {
  const revenue = numberOf(amount) === 0 ? undefined : revenueOf(amount, currency)
  return revenue === undefined ? {} : { revenue }
}

/** Custom dimensions and custom variables of the visit and of the action. */
function withDimensions(props: Record<string, PropValue> | undefined, ...said: readonly Fields[]): Partial<ImportedHit> {
  const found: [string, PropValue][] = [...said.flatMap(dimensionsOf), ...said.flatMap((fields) => variablesOf(fields['customVariables']))]
  return found.length === 0 ? {} : { props: { ...Object.fromEntries(found), ...props } }
}

function dimensionsOf(fields: Fields): [string, string][] {
  return Object.keys(fields).flatMap((name): [string, string][] => (/^dimension[1-9]\d{0,2}$/.test(name) && textOf(fields[name]) !== '' ? [[name, textOf(fields[name])]] : []))
}

/** `{ "1": { "customVariableName1": "plan", "customVariableValue1": "pro" } }` */
function variablesOf(value: unknown): [string, string][] {
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([slot, pair]): [string, string][] => {
    if (!isObject(pair)) return []
    const [name, text] = ['Name', 'Value'].map((word) => textOf(pair[`customVariable${word}${slot}`] ?? pair[`customVariablePage${word}${slot}`]))
    return name === '' || name === undefined ? [] : [[name, text ?? '']]
  })
}

function describeVisit(visit: Fields): Partial<ImportedHit> {
  const say = (name: string) => textOf(visit[name])
  const country = countryCode(say('countryCode'))
  return {
    session: `${say('idSite')} ${say('idVisit')}`.trim(),
    visitor: say('visitorId') || say('fingerprint') || say('idVisit'),
    user: say('userId'),
    address: say('visitIp'),
    ...systemName(say('operatingSystemName') || say('operatingSystem')),
    ...(knownVersion(say('operatingSystemVersion')) && { osVersion: say('operatingSystemVersion') }),
    ...({
      browser: browserName(say('browserName') || say('browser')),
      browserVersion: majorVersion(say('browserVersion')),
      device: deviceName(say('deviceType')),
      country,
      region: country && /^[A-Z0-9]{1,3}$/i.test(say('regionCode')) ? regionCode(country, say('regionCode')) : known(say('region')),
      city: known(say('city')),
      screen: /^\d+x\d+$/.test(say('resolution')) ? say('resolution') : undefined,
      language: say('languageCode'),
    } as Partial<ImportedHit>),
  }
}

/** Where the visit came from: Matomo takes the parameters of campaigns out of the addresses that it stores. */
function describeReferrer(visit: Fields): Partial<ImportedHit> {
  const say = (name: string) => textOf(visit[name]).trim()
  const [type, name, referrer] = [say('referrerType'), say('referrerName'), say('referrerUrl')]
  const lower = (text: string) => text.toLowerCase()
  if (type === 'campaign') {
    return { referrer, campaign: lower(say('campaignName') || name), source: lower(say('campaignSource')), medium: lower(say('campaignMedium')), term: lower(say('campaignKeyword') || say('referrerKeyword')), content: lower(say('campaignContent')) }
  }
  return { referrer, ...(referrer === '' && type !== 'direct' && { source: lower(name) }) }
}

function known(text: string): string {
  return /^unknown$/i.test(text) ? '' : text
}

function knownVersion(text: string): boolean {
  return text !== '' && !/^unk/i.test(text)
}

/** Older versions leave `http://` out. */
function withScheme(url: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}`
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}
