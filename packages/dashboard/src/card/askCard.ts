/** A pageview of a card. */
export interface CardView {
  id: string
  /** ISO 8601. */
  time: string
  url: string
  title: string
}

/** What `GET /api/card` answers. */
export interface Card {
  site_id: string
  user: string
  views: CardView[]
}

export interface CardQuestion {
  /** Where the collector is, ending in a slash. */
  base: string
  /** Of scope `card`, or a pass; null for who is logged in there. */
  token: string | null
  user: string | null
  site: string | null
}

/** Why there is no card. `refused`: the token or pass is not good for it. */
export class CardError extends Error {
  readonly reason: 'refused' | 'failed'

  constructor(reason: CardError['reason'], options?: ErrorOptions) {
    super(`[treadlight card] ${reason}`, options)
    this.reason = reason
  }
}

/** @throws CardError */
export async function askCard({ base, token, user, site }: CardQuestion, signal: AbortSignal): Promise<Card> {
  const parameters = new URLSearchParams({ ...(user && { user }), ...(site && { site_id: site }) })
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
  const response = await fetch(`${base}api/card?${parameters}`, { headers, signal, referrerPolicy: 'no-referrer' }).catch((cause: unknown) => {
    throw new CardError('failed', { cause })
  })
  if (!response.ok) throw new CardError(response.status === 401 || response.status === 403 ? 'refused' : 'failed')
  return response.json() as Promise<Card>
}
