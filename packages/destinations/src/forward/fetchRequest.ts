import type { DestinationAnswer } from '../destination.ts'
import { literalAddress, isPublicAddress } from './publicAddress.ts'
import { explainError, longestAnswer, readUrl, refuseAddress, type SendRequest } from './request.ts'

/**
 * On any runtime. Which address a name leads to nobody sees here, so only addresses that stand in the URL are judged, and this
 * machine's name: the owner has written the host. `@treadlight/destinations/node` judges names too.
 *
 * @param ask what requests are made with
 */
export function createFetchRequest(ask: typeof fetch = fetch): SendRequest {
  return async ({ url: text, method = 'POST', headers = {}, body }, { allowPrivate, signal }) => {
    const url = readUrl(text)
    if (!allowPrivate && isPrivateHost(url.hostname)) throw refuseAddress(url.hostname)
    try {
      return await readAnswer(await ask(url, { method, headers, redirect: 'manual', signal, ...(body !== undefined && { body }) }))
    } catch (error) {
      throw explainError(error, url.hostname)
    }
  }
}

function isPrivateHost(hostname: string): boolean {
  const literal = literalAddress(hostname)
  return literal === undefined ? /(?:^|\.)localhost\.?$/.test(hostname) : !isPublicAddress(literal)
}

async function readAnswer({ status, headers, body: stream }: Response): Promise<DestinationAnswer> {
  const header = (name: string): string => headers.get(name) ?? ''
  const decoder = new TextDecoder()
  let body = ''
  let length = 0
  if (stream === null) return { status, header, body }
  for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) {
    body += decoder.decode(chunk.subarray(0, longestAnswer - length), { stream: true })
    length += chunk.length
    // Leaving the loop cancels the rest.
    if (length >= longestAnswer) break
  }
  return { status, header, body }
}
