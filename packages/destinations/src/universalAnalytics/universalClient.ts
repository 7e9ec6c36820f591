import { checkHit } from './checkHit.ts'
import type { WireParameters } from './defineParameters.ts'
import {
  appParameters,
  eventParameters,
  exceptionParameters,
  generalParameters,
  itemParameters,
  pageParameters,
  socialParameters,
  timingParameters,
  transactionParameters,
  type AppValues,
  type EventValues,
  type ExceptionValues,
  type GeneralValues,
  type ItemValues,
  type PageValues,
  type SocialValues,
  type TimingValues,
  type TransactionValues,
  type UniversalHitType,
} from './parameterGroups.ts'

/** What to send a hit with: `createUniversalSender`, or a function that puts it into a queue. */
export type SendParameters<Result> = (parameters: WireParameters) => Promise<Result>

export interface UniversalClientOptions<Result> {
  general: GeneralValues
  /** Go with every hit, over `general` and under what a call says: who it is, for example. */
  defaults?: readonly WireParameters[]
  /** `z`, a random number with every hit. @default false */
  cacheBuster?: boolean
  send: SendParameters<Result>
}

/** One product of a transaction. */
export type ProductOfTransaction = Omit<ItemValues, 'transactionId' | 'price' | 'quantity'> & {
  price?: number
  /** @default 1, for the sum */
  quantity?: number
}

export interface Transaction extends Omit<TransactionValues, 'revenue' | 'shipping' | 'tax'> {
  items: readonly ProductOfTransaction[]
  /** `sum`: the items' price × quantity, shipping and tax. @default 'sum' */
  revenue?: number | string
  shipping?: number
  tax?: number
}

/**
 * Calls for what may happen. Each takes further parameters, of `sessionParameters` and the others or by the protocol's own names;
 * later ones win.
 */
export interface UniversalClient<Result> {
  pageview(page: PageValues, ...parameters: WireParameters[]): Promise<Result>
  screenview(screen: AppValues & { screenName: string }, ...parameters: WireParameters[]): Promise<Result>
  event(event: EventValues, ...parameters: WireParameters[]): Promise<Result>
  /** The transaction, then its items; the results in that order. */
  transaction(transaction: Transaction, ...parameters: WireParameters[]): Promise<Result[]>
  social(social: SocialValues, ...parameters: WireParameters[]): Promise<Result>
  timing(timing: TimingValues, ...parameters: WireParameters[]): Promise<Result>
  exception(exception?: ExceptionValues, ...parameters: WireParameters[]): Promise<Result>
  /** A hit of parameters alone. */
  hit(type: UniversalHitType, ...parameters: WireParameters[]): Promise<Result>
}

/**
 * Tells a collector of the protocol what has happened (SS09). A call rejects where the hit lacks what the protocol asks for, before
 * anything is sent.
 *
 * @example
 * const analytics = createUniversalClient({ general: { trackingId: 'UA-1-1' }, send: createUniversalSender() })
 * await analytics.pageview({ locationUrl: 'https://shop.example/' }, sessionParameters({ clientId }))
 */
export function createUniversalClient<Result>(options: UniversalClientOptions<Result>): UniversalClient<Result> {
  const { general, defaults = [], cacheBuster = false, send } = options
  const build = (type: UniversalHitType, parameters: readonly WireParameters[]): WireParameters =>
    checkHit(Object.assign(generalParameters(type, general, cacheBuster), ...defaults, ...parameters) as WireParameters)
  const hit = async (type: UniversalHitType, parameters: readonly WireParameters[]): Promise<Result> => send(build(type, parameters))

  return {
    pageview: async (page, ...more) => hit('pageview', [pageParameters(page), ...more]),
    screenview: async ({ screenName, ...app }, ...more) => hit('screenview', [pageParameters({ screenName }), appParameters(app), ...more]),
    event: async (event, ...more) => hit('event', [eventParameters(event), ...more]),
    async transaction(transaction, ...more) {
      const { items, currency, transactionId } = transaction
      const hits = [build('transaction', [readTransaction(transaction), ...more])]
      // An item without its visitor would be counted for nobody.
      for (const item of items) hits.push(build('item', [...more, itemParameters({ ...item, transactionId, currency: item.currency ?? currency })]))
      const results: Result[] = []
      for (const parameters of hits) results.push(await send(parameters))
      return results
    },
    social: async (social, ...more) => hit('social', [socialParameters(social), ...more]),
    timing: async (timing, ...more) => hit('timing', [timingParameters(timing), ...more]),
    exception: async (exception = {}, ...more) => hit('exception', [exceptionParameters(exception), ...more]),
    hit: async (type, ...parameters) => hit(type, parameters),
  }
}

function readTransaction({ items, revenue = 'sum', ...rest }: Transaction): WireParameters {
  const total = revenue === 'sum' ? sum(items, rest.shipping, rest.tax) : revenue
  return transactionParameters({ ...rest, revenue: total })
}

/** Rounded to what the protocol keeps, a millionth: 0.1 + 0.2 is 0.3. */
function sum(items: readonly ProductOfTransaction[], shipping = 0, tax = 0): number {
  const total = items.reduce((amount, { price = 0, quantity = 1 }) => amount + price * quantity, shipping + tax)
  return Math.round(total * 1e6) / 1e6
}
