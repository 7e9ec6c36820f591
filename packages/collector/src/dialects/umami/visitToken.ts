/** The ids that Umami's answer has. */
export interface UmamiVisit {
  cache: string
  sessionId: string
  visitId: string
}

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const tokenForm = new RegExp(`^(${uuid})\\.(${uuid})$`)

/**
 * What Umami answers: who it takes the visitor for, and a token that says so in the next request. Here it means nothing. The
 * ids are random, kept nowhere and no part of what is stored: a page only finds the same ones again for as long as it is open, as
 * with Umami.
 *
 * @param token as the request brought it, in `x-umami-cache`; whatever is no such token is replaced
 */
export function visitOf(token: string): UmamiVisit {
  const [, sessionId = crypto.randomUUID(), visitId = crypto.randomUUID()] = tokenForm.exec(token) ?? []
  return { cache: `${sessionId}.${visitId}`, sessionId, visitId }
}
