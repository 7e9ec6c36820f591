import { once } from 'node:events'
import { get, request, type IncomingMessage, type RequestOptions } from 'node:http'

/** An owner who is logged in at a collector. */
export interface OwnerSession {
  /** Answers what is there as text. Asked again where the answer is 408: its body was cut, as on a machine that stands still for ten seconds. @throws Error for any status but 200 and those of `also` */
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

  async function ask(path: string, options: RequestOptions, body = '', also: readonly number[] = []): Promise<string> {
    let answer = await exchange(url + path, options, body)
    while (answer.status === 408) answer = await exchange(url + path, options, body)
    if (answer.status !== 200 && !also.includes(answer.status)) throw new Error(`${path} answered ${answer.status}: ${answer.text}`)
    return answer.text
  }

  return {
    post: (path, body = {}, also) => ask(path, { method: 'POST', headers: { ...json, cookie } }, JSON.stringify(body), also),
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

/** On a connection of its own: one that is kept may be ended by the collector just as it is used again, and browsers try once more then. */
async function exchange(url: string, options: RequestOptions, body: string): Promise<{ status: number; text: string }> {
  const outgoing = request(url, { ...options, agent: false })
  outgoing.end(body)
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of answer.setEncoding('utf8')) text += chunk as string
  return { status: answer.statusCode ?? 0, text }
}
