import type { LookupAddress } from 'node:dns'
import type { IncomingMessage } from 'node:http'
import type { LookupFunction } from 'node:net'
import type { DestinationAnswer } from '../destination.ts'
import { isPublicAddress, literalAddress } from './publicAddress.ts'
import { explainError, longestAnswer, readUrl, refuseAddress, type SendRequest } from './request.ts'

/**
 * On Node.js: a name is looked up once, and the address that was judged is the one that is connected to, so that a name which changes
 * its address in between (DNS rebinding) leads nowhere else.
 */
export const nodeRequest: SendRequest = (request, { allowPrivate, signal }) =>
  new Promise((resolve, reject) => {
    const url = readUrl(request.url)
    const fail = (error: unknown): void => reject(explainError(error, url.hostname))
    const literal = literalAddress(url.hostname)
    if (!allowPrivate && literal !== undefined && !isPublicAddress(literal)) return fail(refuseAddress(url.hostname))
    // Not imported: what is bundled for runtimes without them takes another way.
    const ask = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http').request
    const { method = 'POST', headers = {}, body } = request
    // No agent: a connection that is kept alive could be one that another rule has opened. A compressed body would have to be bounded twice.
    const asked = ask(url, { method, headers: { 'accept-encoding': 'identity', ...headers }, signal, agent: false, maxHeaderSize: 32_768, ...(!allowPrivate && { lookup: publicLookup }) })
    asked.on('error', fail)
    asked.on('response', (response) => readAnswer(response).then(resolve, fail))
    asked.end(body)
  })

/** Looks up as usual, and fails where any address found is none of the internet: nobody says which of them is tried first. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  process.getBuiltinModule('node:dns').lookup(hostname, { ...options, all: true }, (error, found) => {
    const addresses = found as LookupAddress[] | undefined
    const failed = error ?? (addresses!.every(({ address }) => isPublicAddress(address)) ? null : refuseAddress(hostname))
    if (failed) return callback(failed, '', 0)
    if (options.all) return callback(null, addresses!)
    callback(null, addresses![0]!.address, addresses![0]!.family)
  })
}

async function readAnswer(response: IncomingMessage): Promise<DestinationAnswer> {
  const header = (name: string): string => [response.headers[name] ?? ''].flat().join(', ')
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    // Leaving the loop closes the connection.
    if (length >= longestAnswer) break
  }
  return { status: response.statusCode ?? 0, header, body: Buffer.concat(chunks).subarray(0, longestAnswer).toString('utf8') }
}
