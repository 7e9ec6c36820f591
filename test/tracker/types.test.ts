import type {
  allowParams,
  beforeSend,
  BeforeSend,
  consent,
  Deliver,
  engagement,
  identify,
  init,
  links,
  PageHit,
  Part,
  queue,
  respect,
  setNoise,
  standard,
  track,
  Tracker,
  Transport,
} from '@treadlight/tracker'
import { expect, test } from 'vitest'

interface Api {
    allowParams: typeof allowParams
  beforeSend: typeof beforeSend
  consent: typeof consent
  engagement: typeof engagement
  identify: typeof identify
  init: typeof init
  links: typeof links
  queue: typeof queue
  respect: typeof respect
  setNoise: typeof setNoise
  standard: typeof standard
  track: typeof track
}

/** Never called: `npm run types` is the test. */
function use(t: Api, part: Part, deliver: Deliver, hit: PageHit, tracker: Tracker): void {
  t.init({ endpoint: '/hit' })
  t.init({ endpoint: '/hit', use: [t.respect({ ignore: ['gpc', 'dnt'] }), t.engagement({ idle: Infinity }), t.queue('offline')] })
  t.init({ endpoint: '/hit', use: [t.allowParams(['ref']), t.beforeSend((hit) => (hit.name ? hit : null)), ...t.standard({ heartbeat: 30, queue: 'off' })] })
  t.init({ endpoint: '/hit', use: [t.queue('off', (url, body) => fetch(url, { method: 'POST', body }))] })
  t.init({ endpoint: '/hit', use: t.standard({ transport: async () => {} }) })
  t.init({ endpoint: '/hit', use: [t.queue('off', (url, body) => navigator.sendBeacon(url, body))] })
  t.track('signup', { plan: 'pro', seats: 3, trial: false })
  t.track('signup', { plan: 'pro', coupon: undefined } as const)
  tracker.track('signup', { plan: undefined })
  ;(globalThis.treadlight ||= []).push((t) => t.track('signup'))
  t.consent({ forwarding: false })
  deliver({ ...hit, title: 'x' })
  const quiet: Part = () => {}
  const dropping: BeforeSend = () => {}
  void [part, quiet, dropping]
}

/** Never called either: each line is a mistake, and must not compile. */
function misuse(t: Api, hit: PageHit, tracker: Tracker): void {
  // @ts-expect-error -- an endpoint is needed
  t.init({})
  // @ts-expect-error -- as a text
  t.init({ endpoint: 7 })
  // @ts-expect-error -- parts are called: queue()
  t.init({ endpoint: '/hit', use: [t.queue] })
  // @ts-expect-error -- in a list
  t.init({ endpoint: '/hit', use: t.queue() })
  // @ts-expect-error -- standard() is a list already
  t.init({ endpoint: '/hit', use: [t.standard()] })
  // @ts-expect-error -- its answer has a status, headers and json
  t.queue('off', async () => true)
  // @ts-expect-error -- misspelt
  t.init({ endpoint: '/hit', transport: t.pageTransport })
  // @ts-expect-error -- an event has a name
  t.track()
  // @ts-expect-error -- which is a text
  t.track(7)
  // @ts-expect-error -- props are flat
  t.track('signup', { plan: { name: 'pro' } })
  // @ts-expect-error -- and have values: what may be missing is undefined
  t.track('signup', { plan: null })
  // @ts-expect-error -- until the script has run it is a list of calls
  globalThis.treadlight?.track('signup')
  // @ts-expect-error -- a token, not a number
  t.identify(7)
  // @ts-expect-error -- modes are words
  t.queue(true)
  // @ts-expect-error -- of these three
  t.queue('sometimes')
  // @ts-expect-error -- seconds, not a text
  t.engagement({ heartbeat: '30' })
  // @ts-expect-error -- reasons are known
  t.respect({ ignore: ['bots'] })
  // @ts-expect-error -- in a list: a text is for the tag
  t.respect({ ignore: 'gpc dnt' })
  // @ts-expect-error -- an expression
  t.links('pdf')
  // @ts-expect-error -- an expression
  t.setNoise('?')
  // @ts-expect-error -- misspelt
  t.consent({ measure: false })
  // @ts-expect-error -- true or false
  t.consent({ measurement: 'granted' })
  // @ts-expect-error -- a hit or nothing
  t.beforeSend(() => true)
  // @ts-expect-error -- a promise is no hit
  t.beforeSend(async (hit) => hit)
  // @ts-expect-error -- only t.full.js has consent
  tracker.consent({ measurement: true })
  // @ts-expect-error -- calls are functions
  tracker.push(['track', 'signup'])
  // @ts-expect-error -- a hit has an id
  const nameless: PageHit = { type: 'event', url: '', title: '', referrer: '', timestamp: '' }
  // @ts-expect-error -- a transport takes the body as a text
  const bodyless: Transport = async (url: string | URL, body: object) => void [url, body]
  void [hit, nameless, bodyless]
}

test('what is right compiles, and misuse does not', () => {
  expect([use, misuse]).toHaveLength(2)
})
