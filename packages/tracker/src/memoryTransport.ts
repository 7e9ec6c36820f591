import type { PageHit } from './page.ts'
import type { Transport } from './transport.ts'

/**
 * A transport for the tests of a site: keeps what is sent in `hits`, and answers as a collector does.
 *
 * @example
 * const { transport, hits } = createMemoryTransport()
 * init({ endpoint: '/hit', use: [queue('off', transport)] })
 */
export function createMemoryTransport(): { transport: Transport; hits: PageHit[] } {
  const hits: PageHit[] = []
  return {
    hits,
    transport: async (_, body) => {
      // Once each, as a collector counts them.
      for (const hit of (JSON.parse(body) as { hits: PageHit[] }).hits) if (hits.every(({ id }) => id !== hit.id)) hits.push(hit)
      return new Response('{"refused":[]}', { status: 201, headers: { 'x-hit': String(Date.now()) } })
    },
  }
}
