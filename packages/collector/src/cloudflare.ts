import { DurableObject } from 'cloudflare:workers'
import { openWorkerCollector, type WorkerCollector } from './cloudflare/openWorkerCollector.ts'
import type { WorkerEnvironment } from './cloudflare/environment.ts'
import { ConfigError } from './config.ts'
import { failure } from './http/respond.ts'

export type { WorkerEnvironment } from './cloudflare/environment.ts'

/** The one object that is the collector, as other requests of the Worker reach it. */
interface CollectorStub {
  fetch(request: Request): Promise<Response>
  upkeep(scheduledTime: number): Promise<void>
}

/** The bindings of the Worker: those of the collector, and the way to it. */
export interface WorkerBindings extends WorkerEnvironment {
  COLLECTOR: { getByName(name: string): object }
}

interface Lifetime {
  waitUntil(promise: Promise<unknown>): void
}

export interface WorkerOptions {
  /** Settings as `treadlight.config.mjs` has them; the environment (`TREADLIGHT_…`) comes before them. @default {} */
  config?: object
}

export interface Worker {
  fetch(request: Request, env: WorkerBindings, context: Lifetime): Promise<Response>
  scheduled(controller: { scheduledTime: number }, env: WorkerBindings, context: Lifetime): void
}

export interface CreatedWorker {
  /** The Worker's default export. */
  worker: Worker
  /** The class of its Durable Object, to be exported as `Collector`. */
  Collector: new (ctx: object, env: WorkerEnvironment) => object
}

/**
 * The collector as a Cloudflare Worker. On Workers one request may not touch what another has begun, and the store lets hits that
 * come at once share a write: so it lives in a Durable Object, which is one for all requests, and keeps its values in R2.
 *
 * @example
 * export const { worker, Collector } = createWorker()
 * export default worker
 */
export function createWorker({ config = {} }: WorkerOptions = {}): CreatedWorker {
  const worker: Worker = {
    async fetch(request, env, context) {
      const answer = collectorOf(env).fetch(request)
      // A page that is gone before the answer has been sent is to be counted all the same.
      context.waitUntil(answer.catch(() => undefined))
      return answer
    },
    scheduled({ scheduledTime }, env, context) {
      context.waitUntil(collectorOf(env).upkeep(scheduledTime))
    },
  }
  return {
    worker,
    Collector: class extends CollectorObject {
      constructor(ctx: object, env: WorkerEnvironment) {
        super(ctx, env, config)
      }
    },
  }
}

function collectorOf({ COLLECTOR }: WorkerBindings): CollectorStub {
  if (COLLECTOR === undefined) throw new ConfigError('env.COLLECTOR: there is no such binding; name the Durable Object’s class for it in wrangler.jsonc')
  return COLLECTOR.getByName('collector') as CollectorStub
}

const hour = 3_600_000

class CollectorObject extends DurableObject<WorkerEnvironment> implements CollectorStub {
  readonly #given: object
  #opened: Promise<WorkerCollector> | undefined

  constructor(ctx: object, env: WorkerEnvironment, given: object) {
    super(ctx, env)
    this.#given = given
  }

  async fetch(request: Request): Promise<Response> {
    let opened: WorkerCollector
    try {
      opened = await this.#open()
    } catch (error) {
      console.error(error instanceof ConfigError ? `treadlight: ${error.message}` : error)
      return failure(503, 'The collector cannot start: the Worker’s log says why', { 'retry-after': '60' })
    }
    Object.defineProperty(request, 'ip', { value: request.headers.get('cf-connecting-ip') ?? undefined })
    return opened.collector.fetch(request)
  }

  /** What other runtimes do by timers: there are none while nobody asks for anything. Prunes once in each hour. */
  async upkeep(scheduledTime: number): Promise<void> {
    const { collector } = await this.#open()
    await collector.maintain()
    const now = Math.floor(scheduledTime / hour)
    if ((await this.ctx.storage.get('pruned')) === now) return
    await collector.prune()
    await this.ctx.storage.put('pruned', now)
  }

  /** One that fails is tried again with the next request. */
  #open(): Promise<WorkerCollector> {
    this.#opened ??= openWorkerCollector(this.env, this.#given).catch((error: unknown) => {
      this.#opened = undefined
      throw error
    })
    return this.#opened
  }
}
