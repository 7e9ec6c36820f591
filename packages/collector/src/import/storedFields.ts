import type { StoredHit } from '@treadlight/store'

/** Fields of a hit as they are read from columns, in the order in which stores hold them; not yet looked at. */
export type StoredFields = { [Field in keyof StoredHit]?: unknown }

/** Those that every hit has, with what they are where an export leaves them out. */
export function emptyFields(): StoredFields {
  return {
    site: '',
    id: '',
    origin: '',
    type: '',
    day: '',
    time: NaN,
    received: NaN,
    view: '',
    url: '',
    title: '',
    referrer: '',
    hostname: '',
    path: '',
    referrerHost: '',
    source: '',
    medium: '',
    campaign: '',
    visitor: '',
    session: '',
    user: '',
  }
}

type SetField = (fields: StoredFields, value: unknown) => void

/**
 * A line for each field, as in the store's `factColumns.ts`: fields that are set by a name in a variable make an object
 * a table of hashes, which takes five times the memory of a hit and three times as long to read. Of revenue each part has a column.
 */
export const setField: Readonly<Record<Exclude<keyof StoredHit, 'revenue'> | 'revenueAmount' | 'revenueCurrency', SetField>> = {
  site: (fields, value) => void (fields.site = value),
  id: (fields, value) => void (fields.id = value),
  origin: (fields, value) => void (fields.origin = value),
  type: (fields, value) => void (fields.type = value),
  day: (fields, value) => void (fields.day = value),
  time: (fields, value) => void (fields.time = value),
  received: (fields, value) => void (fields.received = value),
  view: (fields, value) => void (fields.view = value),
  url: (fields, value) => void (fields.url = value),
  title: (fields, value) => void (fields.title = value),
  referrer: (fields, value) => void (fields.referrer = value),
  hostname: (fields, value) => void (fields.hostname = value),
  path: (fields, value) => void (fields.path = value),
  referrerHost: (fields, value) => void (fields.referrerHost = value),
  source: (fields, value) => void (fields.source = value),
  medium: (fields, value) => void (fields.medium = value),
  campaign: (fields, value) => void (fields.campaign = value),
  visitor: (fields, value) => void (fields.visitor = value),
  session: (fields, value) => void (fields.session = value),
  user: (fields, value) => void (fields.user = value),
  name: (fields, value) => void (fields.name = value),
  props: (fields, value) => void (fields.props = value),
  engaged: (fields, value) => void (fields.engaged = value),
  engagedDelta: (fields, value) => void (fields.engagedDelta = value),
  scroll: (fields, value) => void (fields.scroll = value),
  screen: (fields, value) => void (fields.screen = value),
  timezone: (fields, value) => void (fields.timezone = value),
  navigation: (fields, value) => void (fields.navigation = value),
  interactive: (fields, value) => void (fields.interactive = value),
  webdriver: (fields, value) => void (fields.webdriver = value),
  forwarding: (fields, value) => void (fields.forwarding = value),
  revenueAmount: (fields, value) => void (fields.revenue = { amount: value, currency: '' }),
  revenueCurrency: (fields, value) => void Object.assign((fields.revenue ??= { amount: '0' }) as object, { currency: value }),
  language: (fields, value) => void (fields.language = value),
  term: (fields, value) => void (fields.term = value),
  content: (fields, value) => void (fields.content = value),
  clickIds: (fields, value) => void (fields.clickIds = value),
  channel: (fields, value) => void (fields.channel = value),
  browser: (fields, value) => void (fields.browser = value),
  browserVersion: (fields, value) => void (fields.browserVersion = value),
  os: (fields, value) => void (fields.os = value),
  osVersion: (fields, value) => void (fields.osVersion = value),
  device: (fields, value) => void (fields.device = value),
  country: (fields, value) => void (fields.country = value),
  region: (fields, value) => void (fields.region = value),
  city: (fields, value) => void (fields.city = value),
  address: (fields, value) => void (fields.address = value),
}
