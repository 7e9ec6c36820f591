import { literalAddress } from '@treadlight/destinations/forward'
import type { LookupAddress } from 'node:dns'
import type { IncomingMessage } from 'node:http'
import type { LookupFunction } from 'node:net'
import { builtin } from '../builtins.ts'
import { longestPage, PageError, type PageAnswer, type RequestPage } from './fetchPage.ts'
import { checkAgent, isHtml } from './pageHeaders.ts'
import { isAllowedAddress, type AddressRule } from './publicAddress.ts'

const headers = {
  accept: 'text/html',
  // A compressed body would have to be bounded twice.
  'accept-encoding': 'identity',
  'user-agent': checkAgent,
}

/**
 * On Node.js: the address is looked up once, and the one that was checked is the one that is connected to, so that a
 * name which changes its address in between (DNS rebinding) leads nowhere else.
 */
export const requestPage: RequestPage = (url, rule, signal) =>
  new Promise((resolve, reject) => {
    const literal = literalAddress(url.hostname)
    if (literal !== undefined && !isAllowedAddress(literal, rule)) return reject(refused(url.hostname))
    const ask = url.protocol === 'https:' ? builtin('node:https').request : builtin('node:http').request
    // No agent: a connection that is kept alive could be one that another rule has opened.
    const request = ask(url, { headers, signal, agent: false, lookup: checkedLookup(rule), maxHeaderSize: 32_768 })
    request.on('error', (error) => reject(explain(error, url)))
    request.on('response', (response) => readAnswer(response).then(resolve, (error: Error) => reject(explain(error, url))))
    request.end()
  })

/** Looks up as usual, and fails where any address found is refused: nobody says which of them is tried first. */
function checkedLookup(rule: AddressRule): LookupFunction {
  return (hostname, options, callback) => {
    builtin('node:dns').lookup(hostname, { ...options, all: true }, (error, found) => {
      const addresses = found as LookupAddress[] | undefined
      const failed = error ?? (addresses!.every(({ address }) => isAllowedAddress(address, rule)) ? null : refused(hostname))
      if (failed) return callback(failed, '', 0)
      if (options.all) return callback(null, addresses!)
      callback(null, addresses![0]!.address, addresses![0]!.family)
    })
  }
}

async function readAnswer(response: IncomingMessage): Promise<PageAnswer> {
  const header = (name: string): string => [response.headers[name] ?? ''].flat().join(', ')
  const status = response.statusCode ?? 0
  const wanted = status >= 200 && status < 300 && isHtml(header('content-type')) && header('content-encoding') === ''
  if (!wanted) {
    response.destroy()
    return { status, header, body: '', isCut: false }
  }
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    // Leaving the loop closes the connection.
    if (length > longestPage) break
  }
  // What is looked for is ASCII, so the charset of the rest does not matter.
  return { status, header, body: Buffer.concat(chunks).subarray(0, longestPage).toString('utf8'), isCut: length > longestPage }
}

function refused(hostname: string): PageError {
  return new PageError('address-refused', `${hostname} is no public address, or the name of one that is not`)
}

/** Codes of Node.js are words enough; its messages may hold addresses that a name stands for inside. */
function explain(error: Error & { code?: string }, { hostname }: URL): PageError {
  if (error instanceof PageError) return error
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return new PageError('unreachable', `${hostname} did not answer within 10 seconds`)
  return new PageError('unreachable', `${hostname} does not answer: ${error.code ?? error.name}`)
}
