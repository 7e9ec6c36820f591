import type { DestinationBatch, DestinationRequest } from './destination.ts'

export interface PackOptions {
  /** Most texts in a request. @default Infinity */
  maxItems?: number
  /** Most bytes of the texts in a request, as UTF-8. One that alone has more goes alone: the system says what it thinks of it. @default Infinity */
  maxBytes?: number
  /** Bytes between two texts. @default 1 */
  between?: number
}

/** Puts texts into as few requests as a system's limits allow, in order. */
export function packTexts(texts: readonly string[], write: (texts: string[]) => DestinationRequest, { maxItems = Infinity, maxBytes = Infinity, between = 1 }: PackOptions = {}): DestinationBatch[] {
  const packs: number[][] = []
  let bytes = 0
  for (const [index, text] of texts.entries()) {
    const size = new TextEncoder().encode(text).length + between
    const pack = packs.at(-1)
    if (pack && pack.length < maxItems && bytes + size <= maxBytes) {
      pack.push(index)
      bytes += size
    } else {
      packs.push([index])
      bytes = size
    }
  }
  return packs.map((indexes) => ({ request: write(indexes.map((index) => texts[index]!)), indexes }))
}
