import { longestPage, PageError, type PageAnswer, type RequestPage } from './fetchPage.ts'
import { checkAgent, isHtml } from './pageHeaders.ts'

/**
 * On runtimes without node:http nobody can see which address a name leads to, so only hosts that the owner has listed
 * as the site's are asked.
 */
export function createKnownHostRequest(isKnown: (hostname: string) => boolean): RequestPage {
  return async (url, _, signal) => {
    if (!isKnown(url.hostname)) throw new PageError('address-refused', `${url.hostname} is not listed in the setting hosts: on this runtime only those are asked`)
    const response = await fetch(url, { redirect: 'manual', signal, headers: { accept: 'text/html', 'user-agent': checkAgent } }).catch(() => {
      throw new PageError('unreachable', `${url.hostname} does not answer`)
    })
    return readAnswer(response)
  }
}

async function readAnswer(response: Response): Promise<PageAnswer> {
  const header = (name: string): string => response.headers.get(name) ?? ''
  const { status } = response
  const answer = { status, header, body: '', isCut: false }
  if (!response.ok || !isHtml(header('content-type')) || !response.body) {
    await response.body?.cancel()
    return answer
  }
  const decoder = new TextDecoder()
  let length = 0
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    answer.body += decoder.decode(chunk.subarray(0, longestPage - length), { stream: true })
    length += chunk.length
    if (length > longestPage) return { ...answer, isCut: true }
  }
  return answer
}
