import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** What the other system does to a request. `taken, and silent`: it has the hits, and its answer is lost. */
export const weathers = ['good', 'good', 'good', '500', '503', 'hangs', 'cut before', 'taken, and cut', 'taken, and silent'] as const
type Weather = (typeof weathers)[number]

export interface OtherSystem {
  url: string
  /** Titles by id of all that it has taken. */
  taken: Map<string, string>
  /** How often it was given what it had. */
  repeats: () => number
  meet(weather: Weather): void
  close(): Promise<void>
}

/** A system that hits are handed to, and that fails in every way that such systems have. It never takes a hit whose title is `bad`. */
export async function startOtherSystem(): Promise<OtherSystem> {
  const taken = new Map<string, string>()
  let weather: Weather = 'good'
  let repeats = 0

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const now = weather
    if (now === 'cut before') return void request.destroy()
    const hits = JSON.parse(await text(request)) as { id: string; title: string }[]
    if (now === '500' || now === '503') return void response.writeHead(Number(now), now === '503' ? { 'retry-after': '0.05' } : {}).end()
    if (now === 'hangs') return
    for (const { id, title } of hits) {
      if (title === 'bad') continue
      if (taken.has(id)) repeats++
      taken.set(id, title)
    }
    const body = JSON.stringify({ bad: hits.flatMap(({ title }, index) => (title === 'bad' ? [index] : [])) })
    if (now === 'taken, and silent') return
    if (now === 'taken, and cut') return void response.writeHead(200, { 'content-length': body.length }).write(body.slice(0, 3), () => response.destroy())
    response.end(body)
  }

  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    taken,
    repeats: () => repeats,
    meet: (next) => void (weather = next),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
