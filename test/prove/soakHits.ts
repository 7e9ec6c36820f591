import { idFrom } from '@treadlight/protocol'
import { seededRandom } from './random.ts'

/** What `number` of a load is, and who sends it: the same every time it is asked for. */
export interface SoakHit {
  number: number
  id: string
  type: 'pageview' | 'event' | 'engagement'
  /** Of today, or of the minutes before. */
  isRecent: boolean
  /** Past what is kept, so that a pruning takes it. */
  isOld: boolean
  /** As `POST /hit` takes it. */
  body: object
  /** Of the visitor. */
  headers: Record<string, string>
}

const day = 86_400_000
/** Days that hits are kept, in this load's collectors. */
export const keptDays = 4

const visitors = 20_000
/** One hit in so many is past what is kept, and one of yesterday or the day before: days that are closed. */
const oldShare = 0.02
const lateShare = 0.05

/**
 * @param at ms since 1970: hits are of about then, or of days before it
 * @param view of the last pageview of about then: engagement is of that one
 */
export function createSoakHit(seed: number, number: number, at: number, view?: string): SoakHit {
  const random = seededRandom((seed ^ Math.imul(number + 1, 0x9e3779b1)) >>> 0)
  random()
  const kind = random()
  const type = kind < 0.85 || view === undefined ? (kind < 0.7 ? 'pageview' : 'event') : 'engagement'
  const age = type === 'engagement' ? 1 : random()
  const isOld = age < oldShare
  // The collector takes what is at most eight days old.
  const time = at - (isOld ? (keptDays + 1.5 + random()) * day : age < oldShare + lateShare ? (1 + random()) * day : random() * 2000)
  // At random, as trackers make them, but for the number in the end.
  const bytes = Uint8Array.from({ length: 10 }, () => Math.floor(random() * 256))
  new DataView(bytes.buffer).setUint32(6, number)
  const id = idFrom(time, bytes)
  const visitor = Math.floor(random() * visitors)
  return {
    number,
    id,
    type,
    isRecent: age >= oldShare + lateShare,
    isOld,
    body: {
      id,
      type,
      // Half of them are pages that nobody has seen before.
      url: `https://shop.example/${random() < 0.5 ? `new/${number}` : `products/${Math.floor(random() * 200)}`}${random() < 0.2 ? '?utm_source=news&utm_medium=email' : ''}`,
      title: 'Products of the shop',
      referrer: random() < 0.3 ? 'https://www.google.com/' : '',
      timestamp: new Date(time).toISOString(),
      ...(type === 'event' && { name: 'add to cart', props: { plan: `plan ${number % 7}` } }),
      ...(type === 'engagement' && { view, engaged: 1000 + (number % 50_000), scroll: number % 101 }),
    },
    headers: {
      'user-agent': `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${100 + (visitor % 40)}.0.0.0 Safari/537.36`,
      'x-forwarded-for': `203.0.${Math.floor(visitor / 250)}.${visitor % 250}`,
    },
  }
}

/** The number of the hit, from its id. */
export function numberOf(id: string): number {
  return Number.parseInt(id.slice(-8), 16)
}
