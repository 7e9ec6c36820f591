import type { PageHit } from './page.ts'
import type { Transport } from './transport.ts'

/**
 * A transport for the tests of a site: keeps what is sent in `hits`, and answers as a collector does.
 *
 * @example
 * const { transport, hits } = createMemoryTransport()
 * init({ endpoint: '/hit', transport })
 */
export function createMemoryTransport(): { transport: Transport; hits: PageHit[] } {
  const hits: PageHit[] = []
  return {
    hits,
    transport: async (_, body) => {
      hits.push(...(JSON.parse(body) as { hits: PageHit[] }).hits)
      return new Response('{"refused":[]}', { status: 201, headers: { 'x-hit': String(Date.now()) } })
    },
  }
}
