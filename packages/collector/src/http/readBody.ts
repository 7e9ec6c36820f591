import { maxBodyBytes } from '@treadlight/protocol'
import type { H3Event } from 'h3'
import type { HitBody } from '../hit/answerHit.ts'
import { isBun } from '../installation/isNode.ts'

/**
 * The body as text. Where a request says how long its body is, no runtime lets it be longer; others are counted as they
 * come.
 *
 * @param most bytes
 */
export async function readBody({ req }: H3Event, most: number = maxBodyBytes): Promise<HitBody> {
  const length = req.headers.get('content-length')
  if (Number(length) > most) {
    if (isBun()) await drain(req.body)
    return 'too large'
  }
  try {
    const text = length === null && req.body ? await readChunks(req.body, most) : await req.text()
    return text === undefined || text.length > most ? 'too large' : { text }
  } catch (error) {
    // Senders go away, are too slow or send nonsense in chunks: nothing that the owner could mend.
    return error instanceof Error && 'statusCode' in error && error.statusCode === 413 ? 'too large' : 'broken off'
  }
}

/** Bun hangs up on who is still sending when it has answered, and then the answer is not heard. It takes no more than `serve` allows. */
async function drain(body: ReadableStream<Uint8Array> | null): Promise<void> {
  await body?.pipeTo(new WritableStream()).catch(() => undefined)
}

async function readChunks(body: ReadableStream<Uint8Array>, most: number): Promise<string | undefined> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let text = ''
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    size += value.byteLength
    if (size > most) {
      await reader.cancel()
      return undefined
    }
    text += decoder.decode(value, { stream: true })
  }
}
