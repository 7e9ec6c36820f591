import { get, type IncomingMessage } from 'node:http'
import { once } from 'node:events'

/** An owner who is logged in at a collector. */
export interface OwnerSession {
  /** Answers what is there as text. @throws Error for any status but 200 */
  get(path: string): Promise<string>
  /** Asked again where the answer is 408: its body was cut, as on a machine that stands still for ten seconds. @throws Error for any status but 200 and those of `also` */
  post(path: string, body?: object, also?: readonly number[]): Promise<string>
  /** Listens to the present until `end` is called. @param onEnd called when the collector ends it */
  listen(onEnd: () => void): Promise<{ messages(): number; end(): void }>
}

/** Logs in. @param password of the owner that a first start makes */
export async function openOwnerSession(url: string, password: string): Promise<OwnerSession> {
  const json = { 'content-type': 'application/json' }
  const { status, headers } = await fetch(`${url}/api/login`, { method: 'POST', headers: json, body: JSON.stringify({ password }) })
  if (status !== 204) throw new Error(`log-in answered ${status}`)
  const cookie = headers.getSetCookie().map((line) => line.split(';')[0]).join('; ')

  async function ask(path: string, init: RequestInit, also: readonly number[] = []): Promise<string> {
    let answer = await fetch(url + path, init)
    while (answer.status === 408) answer = await fetch(url + path, init)
    const text = await answer.text()
    if (answer.status !== 200 && !also.includes(answer.status)) throw new Error(`${path} answered ${answer.status}: ${text}`)
    return text
  }

  return {
    get: (path) => ask(path, { headers: { cookie } }),
    post: (path, body = {}, also) => ask(path, { method: 'POST', headers: { ...json, cookie }, body: JSON.stringify(body) }, also),
    async listen(onEnd) {
      const outgoing = get(`${url}/api/realtime?site_id=default`, { headers: { cookie }, agent: false })
      const [stream] = (await once(outgoing, 'response')) as [IncomingMessage]
      if (stream.statusCode !== 200) throw new Error(`/api/realtime answered ${stream.statusCode}`)
      let messages = 0
      stream.on('data', (chunk: Buffer) => (messages += chunk.toString().split('event: realtime').length - 1))
      stream.on('error', () => undefined)
      stream.once('close', onEnd)
      return {
        messages: () => messages,
        end() {
          stream.off('close', onEnd)
          outgoing.destroy()
        },
      }
    },
  }
}
