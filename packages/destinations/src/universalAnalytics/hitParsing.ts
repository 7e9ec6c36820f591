/** What the validation endpoint says of one hit. */
export interface ParsedHit {
  valid: boolean
  /** Each with what it is about, in Google's words. */
  messages: string[]
}

/**
 * Reads the answer of `/debug/collect`.
 * @returns undefined for what is none
 */
export function readHitParsing(body: string): ParsedHit[] | undefined {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    return undefined
  }
  const results = readField(json, 'hitParsingResult')
  if (!Array.isArray(results) || results.length === 0) return undefined
  return results.map((result: unknown) => {
    const messages = readField(result, 'parserMessage')
    return { valid: readField(result, 'valid') === true, messages: Array.isArray(messages) ? messages.map(readMessage) : [] }
  })
}

function readMessage(message: unknown): string {
  const parts = ['messageType', 'description', 'parameter'].map((field) => readField(message, field))
  return parts.filter((part) => typeof part === 'string').join(' ')
}

function readField(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined
}
