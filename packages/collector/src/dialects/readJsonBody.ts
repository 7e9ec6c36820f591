import type { DialectRequest } from './dialect.ts'

/** The JSON that a request brings, whatever its content type; or the status that says why there is none. */
export async function readJsonBody({ readBody }: Pick<DialectRequest, 'readBody'>): Promise<{ json: unknown } | 400 | 408 | 413> {
  const body = await readBody()
  if (typeof body === 'string') return body === 'too large' ? 413 : 408
  try {
    return { json: JSON.parse(body.text.replace(/^\ufeff/, '')) as unknown }
  } catch {
    return 400
  }
}
