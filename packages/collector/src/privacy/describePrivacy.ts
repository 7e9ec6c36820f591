import type { Destination } from '@treadlight/destinations'
import type { Config } from '../config.ts'
import { isClickId } from '../hit/attribution.ts'
import type { PrivacySettings } from '../settings/privacy.ts'

/** A heading with what there is to say under it: plain sentences, no markup. */
export interface PrivacySection {
  title: string
  sentences: readonly string[]
}

/** What of the settings is said here; of `page` and the address also where they are left out. */
export type DescribedSettings = Pick<
  Config,
  'privacy' | 'visitor' | 'userSecrets' | 'associateAnonymous' | 'respect' | 'place' | 'timezone' | 'retention' | 'store' | 'storage'
> & { page: PrivacySettings['page'] & { params?: readonly string[] }; address?: 'none' | 'cut'; destinations?: readonly Pick<Destination, 'name'>[] }

/**
 * What the collector does with what it learns of visitors, as its settings have it: for a privacy page, and for those who
 * have to judge it. No secret and no path is in it.
 */
export function describePrivacy(config: DescribedSettings): PrivacySection[] {
  return [
    { title: 'What is stored of a visit', sentences: describeHits(config) },
    { title: 'What is stored on the device', sentences: describeDevice(config) },
    { title: 'How visitors are told apart', sentences: describeVisitors(config) },
    { title: 'Internet addresses', sentences: describeAddresses(config) },
    { title: 'User accounts', sentences: describeUsers(config) },
    { title: 'What visitors can ask for', sentences: describeSignals(config) },
    { title: 'Who gets to see it', sentences: describeReaders(config) },
    { title: 'Where it is stored, and for how long', sentences: describeStorage(config) },
  ]
}

/** The sections as text, a sentence a line. */
export function printPrivacy(sections: readonly PrivacySection[]): string {
  return sections.map(({ title, sentences }) => [title, ...sentences.map((sentence) => `  ${sentence}`)].join('\n')).join('\n\n')
}

function describeHits({ page, place }: DescribedSettings): string[] {
  const { params, referrer, clickIds } = page
  return [
    `Stored of each page view are its time, the URL and the title of the page, the ${referrer === 'origin' ? 'site' : 'page'} that led to it, and the source and campaign that these name.`,
    params === undefined
      ? 'The URL is stored with its parameters.'
      : params.length === 0
        ? 'The parameters of the URL are not stored: what they say of source and campaign is read before.'
        : `Of the parameters of the URL only these are stored: ${params.join(', ')}. What others say of source and campaign is read before.`,
    referrer === 'origin' ? 'Of the page that led to it only the site is stored, not which page it was.' : 'The page that led to it is stored with its whole address.',
    describeClickIds(clickIds, params),
    'Stored as well are, as far as the browser says them: browser, operating system and kind of device, language, time zone and the size of the screen.',
    'Stored of what happens on a page are the time that it was looked at, how far it was scrolled, and the events that the site has chosen to count, with what it says of them.',
    places[place.precision],
  ]
}

function describeClickIds(areKept: boolean, params: readonly string[] | undefined): string {
  const subject = 'Ids that advertisers give to a click on their advertisement are'
  if (areKept) return `${subject} stored where the URL has one.`
  if (params === undefined) return `${subject} not stored by themselves, but the URL may have one.`
  return params.some(isClickId) ? `${subject} not stored by themselves, but as parameters of the URL.` : `${subject} not stored.`
}

const places: Record<Config['place']['precision'], string> = {
  country: 'Of the place, no more than the country is stored.',
  region: 'Of the place, no more than country and region are stored.',
  city: 'Of the place, no more than country, region and city are stored.',
}

function describeDevice({ visitor }: DescribedSettings): string[] {
  const keepsSessions = visitor === 'session' || visitor === 'cookie'
  return [
    'The collector and its script set no cookie for visitors.',
    'A hit is kept in the browser’s own storage (IndexedDB) until the collector has confirmed it, and deleted then, so that nothing is lost where the connection is; the site’s tag can limit that to hits that could not be sent, or do without.',
    keepsSessions
      ? 'If the site’s tag asks for it, a random session id is kept in the sessionStorage of the tab, and ends with the tab.'
      : 'No identifier that a browser sends is stored: if the site’s tag makes one for the tab, the collector leaves it out.',
    'Who opts out has that remembered in the browser’s localStorage.',
  ]
}

function describeVisitors({ visitor, timezone, userSecrets }: DescribedSettings): string[] {
  const daily = [
    'A visitor is a number, computed from the site, the internet address and the browser’s name with a random key (HMAC-SHA-256).',
    `The key is made anew for each day (${timezone}) and is deleted two days after that day’s end, at the latest when the collector next runs: from then on nobody can compute the number again or recognise the visitor on another day.`,
  ]
  switch (visitor) {
    case 'none':
      return [
        'Visitors are not told apart by anything of their browser or their address.',
        userSecrets.length > 0
          ? 'Page views of one person can be seen to be so where the site’s server vouches for a user or a session: see below.'
          : 'Nothing is stored by which two page views could be seen to be of the same person.',
      ]
    case 'daily':
      return daily
    case 'session':
      return [...daily, 'Session ids that browsers send are stored: they tell which page views belong to one visit.']
    case 'cookie':
      return [
        'Session ids that browsers send are stored, and a visitor who has one is recognised by it for as long as the browser has the same one.',
        'Where a browser sends none:',
        ...daily,
      ]
  }
}

function describeAddresses({ address = 'none', visitor, place }: DescribedSettings): string[] {
  const uses = [
    ...(visitor === 'none' ? [] : ['to tell visitors apart']),
    'to keep out abuse',
    ...(place.database === undefined ? [] : ['to look up the place in a table that the collector has']),
    'to know a hit again that comes twice without an id of its own',
  ]
  return [
    `The internet address of a visitor is used while a hit is taken in: ${listed(uses, 'and')}.`,
    address === 'cut'
      ? 'It is stored only after it was cut: without the last 8 bits of an IPv4 address, without the last 80 bits of an IPv6 address.'
      : 'It is not stored, not in parts either.',
  ]
}

function describeUsers({ userSecrets, associateAnonymous, visitor }: DescribedSettings): string[] {
  if (userSecrets.length === 0) return ['The collector does not know who visits: what pages say of signed-in users is not stored.']
  const sessions =
    visitor === 'session' || visitor === 'cookie' ? 'known by the browser or from the site’s server' : 'known from the site’s server'
  return [
    'The id of a signed-in user is stored with the user’s page views if the site’s server vouches for it; nobody else can say who somebody is.',
    'A session id that the site’s server vouches for is stored.',
    associateAnonymous
      ? `What a session did before and after it was signed in counts as the user’s, if the session is ${sessions}.`
      : 'What was done before signing in is not brought together with the user.',
    'Nothing is stored of a visit of which the site’s server says that somebody else is signed in as the user.',
  ]
}

function describeSignals({ respect, visitor, userSecrets }: DescribedSettings): string[] {
  return [
    respect.gpc === 'counting'
      ? 'Visits of browsers that send Global Privacy Control are not counted, and nothing is stored of them.'
      : 'Visits of browsers that send Global Privacy Control are counted here, and handed to nobody.',
    respect.dnt
      ? 'Visits of browsers that send Do Not Track are not counted, and nothing is stored of them.'
      : 'Do Not Track makes no difference here.',
    'Who opts out, by what the site offers for it, is not counted in that browser.',
    describeErasure(visitor, userSecrets.length > 0),
  ]
}

function describeErasure(visitor: DescribedSettings['visitor'], namesUsers: boolean): string {
  const keepsSessions = namesUsers || visitor === 'session' || visitor === 'cookie'
  const found = [
    ...(namesUsers ? ['the id of the user'] : []),
    ...(keepsSessions ? ['the id of a session'] : []),
    ...(visitor === 'none' ? [] : ['the number of the visitor']),
  ]
  if (found.length === 0) return 'Nothing that is stored says whose it is, so nothing can be found, shown or erased for one person.'
  return `What is stored of a person can be erased where it is found by ${listed(found, 'or')}.`
}

function describeReaders({ destinations = [] }: DescribedSettings): string[] {
  return [
    'The owner of this collector sees it, whoever the owner gives access, and whoever can read its storage.',
    ...(destinations.length === 0
      ? ['Nothing is forwarded to other systems.']
      : [
          `It is handed to other systems too, as they come: ${listed(destinations.map(({ name }) => name), 'and')}. With it go the name that the browser gives itself and the internet address without its last part: the last 8 bits of an IPv4 address, the last 80 bits of an IPv6 one.`,
          'What a visitor does not want to be handed on, by what the site offers for it or by Global Privacy Control, is not. What another system has, it keeps by its own rules.',
        ]),
  ]
}

const stores = { ndjson: 'a text file on the collector’s machine', clickhouse: 'a ClickHouse database' }

function describeStorage({ storage: { driver }, store, retention, userSecrets }: DescribedSettings): string[] {
  const { anonymous, authenticated, newest, sums } = retention
  const place = Object.hasOwn(kinds, driver) ? kinds[driver] : `a storage called ${driver}`
  const isInMemory = driver === 'memory' && store.type === 'storage'
  return [
    store.type === 'storage' ? `It is stored in ${place}.` : `It is stored in ${stores[store.type]}; small values such as keys of the day lie in ${place}.`,
    ...(isInMemory ? ['All of it is gone when the collector ends.'] : []),
    `It is deleted ${count(anonymous)} after the visit${userSecrets.length === 0 ? '' : `; where the user is known, ${count(authenticated)} after it`}${isInMemory ? ', if it is still there' : ''}.`,
    ...(newest === undefined ? [] : [`No more than the newest ${newest.toLocaleString('en')} hits of a site stay.`]),
    isInMemory
      ? 'What is too old is no longer shown from the hour in which it becomes so.'
      : 'What is too old is no longer shown from the hour in which it becomes so, and is gone from the storage within about a day.',
    ...(sums && store.type === 'storage' && !isInMemory ? ['What the visits of a day came to stays: how many there were by page, source, place and device, and nothing of any single one.'] : []),
  ]
}

/** `a, b and c` */
function listed(texts: readonly string[], last: 'and' | 'or'): string {
  return texts.length === 1 ? texts[0]! : `${texts.slice(0, -1).join(', ')} ${last} ${texts.at(-1)}`
}

function count(days: number): string {
  return days === 1 ? '1 day' : `${days} days`
}

/** By driver; where exactly is nobody's business. */
const kinds: Record<string, string> = {
  fs: 'files on the collector’s machine',
  memory: 'the collector’s memory',
  redis: 'a Redis database',
  postgres: 'a PostgreSQL database',
  sqlite: 'an SQLite file on the collector’s machine',
  s3: 'an object storage (S3)',
  r2: 'an object storage (Cloudflare R2)',
  'cloudflare-kv': 'a key-value storage (Cloudflare KV)',
}
