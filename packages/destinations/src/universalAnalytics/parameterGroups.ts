import { createParameterError, defineParameters, isMissing, writeParameters, type GroupValues, type ParameterGroup, type ParameterValue, type WireParameters } from './defineParameters.ts'

/** What a hit says happened; the protocol's `t`. */
export type UniversalHitType = 'pageview' | 'screenview' | 'event' | 'transaction' | 'item' | 'social' | 'exception' | 'timing'

const general = {
  /** @default 1 */
  protocolVersion: 'v',
  /** `UA-XXXX-Y` */
  trackingId: 'tid',
  /** `web`, `app` or a word of one's own. */
  dataSource: 'ds',
  /** Google cuts the address before it stores it. */
  anonymizeIp: 'aip',
  /** Not for personalised advertisements. */
  noPersonalizedAds: 'npa',
} as const
const hit = {
  /** How long ago it happened, ms; Google may ignore more than four hours. */
  queueTime: 'qt',
  nonInteraction: 'ni',
} as const
const session = {
  clientId: 'cid',
  userId: 'uid',
  /** `start` or `end` */
  sessionControl: 'sc',
  ipOverride: 'uip',
  userAgentOverride: 'ua',
  /** Country code or Google's id of a place. */
  geographicalOverride: 'geoid',
  documentReferrer: 'dr',
  campaignName: 'cn',
  campaignSource: 'cs',
  campaignMedium: 'cm',
  campaignKeyword: 'ck',
  campaignContent: 'cc',
  campaignId: 'ci',
  googleAdsId: 'gclid',
  googleDisplayAdsId: 'dclid',
  /** `1920x1080` */
  screenResolution: 'sr',
  /** `800x600` */
  viewportSize: 'vp',
  documentEncoding: 'de',
  /** `24-bits` */
  screenColors: 'sd',
  userLanguage: 'ul',
  javaEnabled: 'je',
  flashVersion: 'fl',
  experimentId: 'xid',
  experimentVariant: 'xvar',
  /** Several experiments with their variants: `id.variant!id.variant`. */
  experiments: 'exp',
} as const
const page = {
  locationUrl: 'dl',
  hostName: 'dh',
  /** Begins with `/`; beats the path of `locationUrl`. */
  path: 'dp',
  title: 'dt',
  screenName: 'cd',
  linkId: 'linkid',
} as const
const app = { name: 'an', id: 'aid', version: 'av', installerId: 'aiid' } as const
const event = { category: 'ec', action: 'ea', label: 'el', /** A whole number of 0 or more. */ value: 'ev' } as const
const transaction = { transactionId: 'ti', affiliation: 'ta', revenue: 'tr', shipping: 'ts', tax: 'tt', currency: 'cu' } as const
const item = { transactionId: 'ti', name: 'in', price: 'ip', quantity: 'iq', code: 'ic', category: 'iv', currency: 'cu' } as const
const ecommerce = {
  /** `detail`, `click`, `add`, `remove`, `checkout`, `checkout_option`, `purchase` or `refund` */
  productAction: 'pa',
  transactionId: 'ti',
  affiliation: 'ta',
  revenue: 'tr',
  tax: 'tt',
  shipping: 'ts',
  coupon: 'tcc',
  productActionList: 'pal',
  checkoutStep: 'cos',
  checkoutOption: 'col',
  /** `click`; all else is a view. */
  promotionAction: 'promoa',
  /** ISO 4217. */
  currency: 'cu',
} as const
const social = { network: 'sn', action: 'sa', target: 'st' } as const
const timing = {
  category: 'utc',
  variable: 'utv',
  /** This and all that follow: ms. */
  value: 'utt',
  label: 'utl',
  pageLoadTime: 'plt',
  dnsTime: 'dns',
  pageDownloadTime: 'pdt',
  redirectResponseTime: 'rrt',
  tcpConnectTime: 'tcp',
  serverResponseTime: 'srt',
  domInteractiveTime: 'dit',
  contentLoadTime: 'clt',
} as const
const exception = { description: 'exd', fatal: 'exf' } as const

export type GeneralValues = Omit<GroupValues<typeof general, 'trackingId'>, 'protocolVersion'> & { protocolVersion?: ParameterValue }
export type PageValues = GroupValues<typeof page>
export type AppValues = GroupValues<typeof app, 'name'>
export type EventValues = GroupValues<typeof event, 'category' | 'action'>
export type TransactionValues = GroupValues<typeof transaction, 'transactionId'>
export type ItemValues = GroupValues<typeof item, 'transactionId' | 'name'>
export type SocialValues = GroupValues<typeof social, 'network' | 'action' | 'target'>
export type TimingValues = GroupValues<typeof timing, 'category' | 'variable' | 'value'>
export type ExceptionValues = GroupValues<typeof exception>

const writeGeneral = defineParameters('general', general, ['trackingId'])
const writePage = defineParameters('page', page)

/**
 * What every hit begins with.
 * @param cacheBuster `z`, a random number, so that no proxy answers in Google's place (SS05)
 */
export function generalParameters(type: UniversalHitType, values: GeneralValues, cacheBuster = false): WireParameters {
  const parameters = { ...writeGeneral({ ...values, protocolVersion: values.protocolVersion ?? 1 }), t: type }
  return cacheBuster ? { ...parameters, z: Math.floor(Math.random() * 2 ** 31) } : parameters
}

/** Which page or screen: its URL, or host and path, or a screen's name (SS02). */
export function pageParameters(values: PageValues): WireParameters {
  if (isMissing(values.locationUrl) && isMissing(values.screenName) && (isMissing(values.hostName) || isMissing(values.path)))
    throw createParameterError('page: parameters are required, but missing: locationUrl, or hostName and path, or screenName')
  return writePage(values)
}

export const hitParameters: ParameterGroup<typeof hit> = defineParameters('hit', hit)
/** Who it was, where they came from and what they use. */
export const sessionParameters: ParameterGroup<typeof session, 'clientId'> = defineParameters('session', session, ['clientId'])
export const appParameters: ParameterGroup<typeof app, 'name'> = defineParameters('app', app, ['name'])
export const eventParameters: ParameterGroup<typeof event, 'category' | 'action'> = defineParameters('event', event, ['category', 'action'])
export const transactionParameters: ParameterGroup<typeof transaction, 'transactionId'> = defineParameters('transaction', transaction, ['transactionId'])
export const itemParameters: ParameterGroup<typeof item, 'transactionId' | 'name'> = defineParameters('item', item, ['transactionId', 'name'])
/** Enhanced e-commerce: goes with a pageview or an event, beside `productParameters`. */
export const ecommerceParameters: ParameterGroup<typeof ecommerce> = defineParameters('ecommerce', ecommerce)
export const socialParameters: ParameterGroup<typeof social, 'network' | 'action' | 'target'> = defineParameters('social', social, ['network', 'action', 'target'])
export const timingParameters: ParameterGroup<typeof timing, 'category' | 'variable' | 'value'> = defineParameters('timing', timing, ['category', 'variable', 'value'])
export const exceptionParameters: ParameterGroup<typeof exception> = defineParameters('exception', exception)

/** Content groups by their number, 1–10: `cgN`. */
export function contentGroups(groups: Record<number, ParameterValue>): WireParameters {
  return writeNumbered('cg', groups, 10)
}

/** Custom dimensions by their number, 1–200: `cdN`. */
export function customDimensions(dimensions: Record<number, ParameterValue>): WireParameters {
  return writeNumbered('cd', dimensions, 200)
}

/** Custom metrics by their number, 1–200: `cmN`. */
export function customMetrics(metrics: Record<number, ParameterValue>): WireParameters {
  return writeNumbered('cm', metrics, 200)
}

/** @throws Error for a number that the family does not have */
export function writeNumbered(prefix: string, values: Record<number, ParameterValue>, highest: number): WireParameters {
  return writeParameters(Object.entries(values).map(([number, value]) => [`${prefix}${checkNumber(prefix, Number(number), highest)}`, value]))
}

/** @throws Error for what is no whole number from 1 to `highest` */
export function checkNumber(what: string, number: number, highest = 200): number {
  if (!Number.isInteger(number) || number < 1 || number > highest) throw createParameterError(`${what}: a number from 1 to ${highest} is required, not ${number}`)
  return number
}
