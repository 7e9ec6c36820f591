// A site on any runtime that srvx knows, tracked from the server, with what waits on its disk.
import { createTracking, trackHandler } from '@treadlight/server'
import { createOutboxSender } from '@treadlight/server/outbox'
import { serve } from 'srvx'

const { COLLECTOR: collector, TOKEN: token, OUTBOX: folder } = process.env
const tracking = createTracking({ collector, token, sender: createOutboxSender({ collector, token, folder, flushAfter: 300 }) })
const page = trackHandler(tracking, () => new Response('<title>Shop</title><h1>Shop</h1>', { headers: { 'content-type': 'text/html' } }), {
  facts: (request) => ({ address: request.ip }),
})

const server = serve({
  hostname: '127.0.0.1',
  port: 0,
  silent: true,
  gracefulShutdown: false,
  async fetch(request) {
    if (new URL(request.url).pathname !== '/order') return page(request)
    await tracking.hit(request, { type: 'event', name: 'order' })
    return new Response('thanks')
  },
})
await server.ready()
console.log(`listening at ${server.url.replace(/\/$/, '')}`)
process.once('SIGTERM', () => tracking.close().finally(() => process.exit(0)))
