import type { Destination } from '@treadlight/destinations'
import type { Forwarder } from '@treadlight/destinations/forward'
import type { Hit } from '@treadlight/protocol'
import { cutAddress } from './cutAddress.ts'
import { definedOf } from './definedOf.ts'
import { createPathTest, type IsExcluded } from './excludedPaths.ts'
import type { PageviewOptions } from './isPageview.ts'
import { createSigner, type Signer } from './signer.ts'
import type { Sender } from './senders/sender.ts'
import { titleExtractors, type TitleExtractor } from './title.ts'
import { createProxyTest, type IsTrusted } from './trustedProxies.ts'
import type { CookieScope, VisitorMode } from './visitors.ts'

export interface TrackingOptions extends PageviewOptions {
  /** Delivers the hits. @default a background sender to `collector` with `token` */
  sender?: Sender
  /** URL of the collector, such as `https://stats.example`: for the default sender, and for the page's tag. */
  collector?: string | URL
  /** Of `treadlight token create --name NAME --scope hits`, for the default sender. */
  token?: string
  /**
   * Other systems that are to have the hits too; without `collector` and `sender` they alone get them. Hits of visitors who deny it
   * go to none: by `forwarding: false`, or Global Privacy Control. What waits for a system that fails is in memory: see `forwarder`.
   */
  destinations?: readonly Destination[]
  /** In place of `destinations`: what `createOutboxForwarder` of `@treadlight/server/outbox` makes, so that what waits survives the process. */
  forwarder?: Forwarder
  /** Paths under which nothing is tracked: see `createPathTest`. @default ['/admin'] */
  exclude?: readonly string[]
  /** Whether answers with 404 count as exceptions (SS21). @default false */
  notFound?: boolean
  /** Whether other answers from 400 on count as exceptions, fatal ones (SS22). @default false */
  errors?: boolean
  /** Whether exceptions count where a script has asked (SS23). @default false */
  xhrExceptions?: boolean
  /** Where a page's title is looked for, in this order (SS27). @default locals.title, the header x-title, <title> */
  titles?: readonly TitleExtractor[]
  /** How visitors are told apart. @default 'none' */
  visitor?: VisitorMode
  /** Signs visitor ids, and the cookie of the own browser: at least 32 characters. Without it ids are not signed, and there is no own browser. */
  secret?: string
  /** One of the collector's `userSecrets`, at least 32 characters: what users and sessions are vouched for with. */
  userSecret?: string
  /** Where the cookies hold. */
  cookies?: CookieScope
  /** Peers that may speak for visitors through X-Forwarded-For, -Proto and -Host: addresses, CIDR ranges, `loopback`. Anybody else could say anything. @default ['loopback'] */
  trustProxies?: readonly string[]
  /** `https://shop.example`: what the site is called from outside, where no header of a proxy says it. */
  origin?: string
  /**
   * What of the visitor's address leaves this server (SS31). `cut`: IPv4 to /24, IPv6 to /48. A collector keeps none of it, and
   * takes server and script for one visitor only if it sees the same address from both.
   * @default 'whole'
   */
  addresses?: 'whole' | 'cut' | 'none'
  /** What all tags say. `collector`: where browsers find it, if that is elsewhere. */
  tag?: { collector?: string | URL; script?: string; attributes?: Record<string, string> }
  /**
   * Sees each hit before it is handed to the sender: returns it, another one, or nothing to drop it. One that throws drops it too:
   * what it was to remove might be in there (SS35).
   */
  beforeSend?: BeforeSend
  /** Hears of what went wrong with tracking, which never disturbs an answer (SS37). @default console.error */
  onError?: (error: unknown) => void
  /** ms since 1970. @default Date.now */
  now?: () => number
}

export type BeforeSend = (hit: Hit, request: Request) => Hit | null | undefined | void | Promise<Hit | null | undefined | void>

/** The options as they hold. */
export interface Settings extends PageviewOptions {
  isExcluded: IsExcluded
  isTrusted: IsTrusted
  origin: string | undefined
  exceptions: { notFound: boolean; errors: boolean; xhr: boolean }
  titles: readonly TitleExtractor[]
  visitor: VisitorMode
  signer: Signer | undefined
  userSecret: string | undefined
  cookies: CookieScope
  reduceAddress: (address: string) => string | undefined
  tag: { collector: string | URL | undefined; script: string | undefined; attributes: Record<string, string> | undefined }
  beforeSend: BeforeSend
  report: (error: unknown) => void
  now: () => number
}

const reductions: Record<NonNullable<TrackingOptions['addresses']>, Settings['reduceAddress']> = {
  whole: (address) => address,
  cut: cutAddress,
  none: () => undefined,
}

/** @throws RangeError naming a setting that cannot hold */
export function resolveOptions(options: TrackingOptions): Settings {
  const { visitor = 'none', addresses = 'whole', userSecret, secret, origin, tag } = options
  if (!['none', 'session', 'consent'].includes(visitor)) throw new RangeError(`[treadlight server] visitor must be none, session or consent, not ${JSON.stringify(visitor)}`)
  if (!Object.hasOwn(reductions, addresses)) throw new RangeError(`[treadlight server] addresses must be whole, cut or none, not ${JSON.stringify(addresses)}`)
  if (origin !== undefined && !URL.canParse(origin)) throw new RangeError(`[treadlight server] origin must be a URL such as https://shop.example, not ${JSON.stringify(origin)}`)
  // Said at the start, not with the first user.
  if (userSecret !== undefined) createSigner(userSecret)
  return {
    ...definedOf({ statuses: options.statuses, methods: options.methods }),
    xhrViews: options.xhrViews ?? false,
    isExcluded: createPathTest(options.exclude ?? ['/admin']),
    isTrusted: createProxyTest(options.trustProxies),
    origin,
    exceptions: { notFound: options.notFound ?? false, errors: options.errors ?? false, xhr: options.xhrExceptions ?? false },
    titles: options.titles ?? titleExtractors,
    visitor,
    signer: secret === undefined ? undefined : createSigner(secret),
    userSecret,
    cookies: options.cookies ?? {},
    reduceAddress: reductions[addresses],
    tag: { collector: tag?.collector ?? options.collector, script: tag?.script, attributes: tag?.attributes },
    beforeSend: options.beforeSend ?? ((hit) => hit),
    report: quietly(options.onError ?? ((error) => console.error('[treadlight server]', error))),
    now: options.now ?? Date.now,
  }
}

/** What reports an error may throw itself, and there is nobody to tell. */
function quietly(report: (error: unknown) => void): (error: unknown) => void {
  return (error) => {
    try {
      report(error)
    } catch {}
  }
}
