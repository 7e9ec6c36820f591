import { openToken, type Hit } from '@treadlight/protocol'
import type { Sender } from '@treadlight/server'

/** How far a server's hit has come, and what was seen of it on the way. */
interface SentHit {
  hit: Pick<Hit, 'id' | 'type' | 'url' | 'timestamp' | 'name' | 'props'>
  state: 'made' | 'queued' | 'sent' | 'stored'
  /** ms since 1970. */
  steps: { at: number; text: string }[]
}

/** Looks on as a server sends, for the demo's panel. */
export interface ServerHits {
  /** A sender that does the same, and is seen. */
  watch(sender: Sender): Sender
  /** What the sender is to make its requests with. */
  fetch: typeof fetch
  /** The hits of the visit that made a view: whoever knows the id of one has looked at it. The newest first. */
  ofView(id: string): SentHit[]
}

/** Of more than this the oldest are forgotten. */
const most = 500

export function createServerHits(): ServerHits {
  const known = new Map<string, SentHit & { session: string | undefined }>()

  function note(id: string, state: SentHit['state'], text: string): void {
    const sent = known.get(id)
    if (!sent || sent.state === 'stored') return
    sent.state = state
    sent.steps.push({ at: Date.now(), text })
  }

  return {
    watch: (sender) => ({
      ...sender,
      async send(hit) {
        const { id, type, url, timestamp, name, props } = hit
        known.set(id, { hit: { id, type, url, timestamp, ...(name !== undefined && { name }), ...(props && { props }) }, state: 'made', steps: [], session: sessionOf(hit) })
        for (const oldest of known.keys()) if (known.size > most) known.delete(oldest)
        const report = await sender.send(hit)
        note(id, 'queued', 'in the server’s outbox: on its disk')
        return report
      },
    }),
    async fetch(url, init) {
      const ids = (JSON.parse(String(init?.body)) as { hits: { id: string }[] }).hits.map(({ id }) => id)
      for (const id of ids) note(id, 'sent', `sent by the server, ${ids.length === 1 ? 'alone' : `with ${ids.length - 1} more`}`)
      const answer = await fetch(url, init)
      for (const id of ids) note(id, answer.status === 201 ? 'stored' : 'queued', `${answer.status}${answer.status === 201 ? ': stored' : ''}`)
      return answer
    },
    ofView(id) {
      const view = known.get(id)
      if (!view) return []
      const its = [...known.values()].filter((each) => each === view || (view.session !== undefined && each.session === view.session))
      return its.toReversed().map(({ hit, state, steps }) => ({ hit, state, steps }))
    },
  }
}

/** A server that vouches for sessions has them in its tokens. */
function sessionOf({ session, user }: Hit): string | undefined {
  return session ?? (user === undefined ? undefined : openToken(user)?.claims.session)
}
