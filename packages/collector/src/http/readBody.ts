import { maxBodyBytes } from '@treadlight/protocol'
import type { H3Event } from 'h3'
import type { HitBody } from '../hit/answerHit.ts'

/**
 * The body as text. The server counts the bytes of bodies that do not say their length (`maxRequestBodySize`); other
 * runtimes are checked after reading.
 */
export async function readBody({ req }: H3Event): Promise<HitBody> {
  try {
    const text = await req.text()
    return text.length > maxBodyBytes ? 'too large' : { text }
  } catch (error) {
    // Senders go away, are too slow or send nonsense in chunks: nothing that the owner could mend.
    return error instanceof Error && 'statusCode' in error && error.statusCode === 413 ? 'too large' : 'broken off'
  }
}
