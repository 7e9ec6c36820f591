/** How much of a page is read for its title, characters. */
export const longestHead = 65_536

/** Whether a body is HTML that can be read as it is. */
export function isReadablePage(headers: Pick<Headers, 'get'>): boolean {
  return /^text\/html\b/i.test(headers.get('content-type') ?? '') && (headers.get('content-encoding') ?? 'identity') === 'identity'
}

/** Gathers the beginning of a text that comes in pieces. */
export interface Beginning {
  add(piece: Uint8Array | string): void
  /** Hands over what was gathered; the second time nothing happens. */
  end(): void
}

/** @param done is told of the beginning, once */
export function createBeginning(done: (text: string) => void): Beginning {
  const decoder = new TextDecoder()
  let text = ''
  let isDone = false
  return {
    add(piece) {
      if (text.length < longestHead) text += typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true })
    },
    end() {
      if (isDone) return
      isDone = true
      done(text.slice(0, longestHead))
    },
  }
}
