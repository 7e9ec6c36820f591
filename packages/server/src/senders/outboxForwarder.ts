import type { Destination } from '@treadlight/destinations'
import { createForwarder, createValuesOutbox, createWriters, type Forwarder, type ForwarderOptions } from '@treadlight/destinations/forward'
import { nodeRequest } from '@treadlight/destinations/node'
import { createValues, openStorage } from '@treadlight/store'

export interface OutboxForwarderOptions extends Omit<ForwarderOptions, 'outbox'> {
  destinations: readonly Destination[]
  /** Folder that what waits is kept in. Several processes of one app may share it, but no sender of hits. Not on a disk that goes with the container. */
  folder: string
  /** How long a process may give no sign of life before another sends what it has left, ms. @default 150_000 */
  takeOverAfter?: number
}

/**
 * Hands hits to other systems from a folder: what waits survives their outages, a crash and a power failure. The next process that uses
 * the folder goes on.
 *
 * @example
 * const forwarder = await createOutboxForwarder({ destinations: [webhook({ url, secret })], folder: './forwarding' })
 * const tracking = createTracking({ collector, token, forwarder })
 */
export async function createOutboxForwarder(options: OutboxForwarderOptions): Promise<Forwarder> {
  const { folder, takeOverAfter = 150_000, now = Date.now, log = (message: string) => console.warn(`[treadlight] ${message}`) } = options
  const { storage } = await openStorage({ driver: 'fs', base: folder })
  const values = createValues(storage)
  const writers = createWriters({ values, takeOverAfter, now })
  const outbox = createValuesOutbox({ values, writer: writers.own, now })
  const forwarder = createForwarder({ send: nodeRequest, ...options, outbox })

  async function lookAround(): Promise<void> {
    await writers.beat([])
    // Before the look at who lives: who begins gives a sign before it has anything there.
    const waiting = await outbox.list()
    const { alive, isHeir } = await writers.look()
    await forwarder.add(waiting.filter(({ writer }) => writer === writers.own || (isHeir && !alive.has(writer))))
    if (isHeir) await writers.tidy()
  }

  let last = lookAround()
  await last
  const beating = setInterval(() => {
    last = last.then(lookAround).catch((error: Error) => log(`the outbox of destinations: ${error.message}`))
  }, takeOverAfter / 5)
  beating.unref()

  return {
    ...forwarder,
    async close(closing) {
      clearInterval(beating)
      await last
      await forwarder.close(closing)
      await writers.close()
      await storage.dispose()
    },
  }
}
