/** A value, or a part of one, of which pieces are read as they are needed. */
export interface ValueSource {
  /** Bytes. */
  readonly size: number
  /**
   * The bytes of `[start, end)`; nobody changes them.
   * @throws ValueGone if the value is not there any more, RangeError for a piece that is not inside it
   */
  read(start: number, end: number): Promise<Uint8Array>
}

/** A value is not there any more: it was swept, or replaced by a larger one. */
export class ValueGone extends Error {}

/** Bytes that are in memory. */
export function sourceOf(bytes: Uint8Array): ValueSource {
  return { size: bytes.length, read: async (start, end) => cut(bytes, start, end) }
}

/** The source behind its first `offset` bytes. */
export function behind(source: ValueSource, offset: number): ValueSource {
  return { size: source.size - offset, read: (start, end) => source.read(start + offset, end + offset) }
}

/** @throws RangeError for a piece that is not inside */
export function cut(bytes: Uint8Array, start: number, end: number): Uint8Array {
  if (start < 0 || end < start || end > bytes.length) throw new RangeError(`[treadlight store] [${start}, ${end}) is not inside ${bytes.length} bytes`)
  return bytes.subarray(start, end)
}
