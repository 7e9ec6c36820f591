import { Buffer } from 'node:buffer'
import { crc32 } from 'node:zlib'

/** Of the frame and of what stands in it. A later one is refused, never guessed at. */
const version = 1
const tag = 'treadlight '
const headerPattern = /^(treadlight (\d{1,4}) ([0-9a-f]{8}) )([0-9a-f]{8})\n/
/** Longest header with a four-digit version, bytes. */
const headerLimit = 34
/** A header of this version, for what one that is torn lacks. */
const anyHeader = `${tag}${version} 00000000 00000000\n`

export interface FrameProblem {
  /** Where in the value, bytes. */
  offset: number
  /**
   * `torn`: the end is missing, as after a crash during the write: what is there is the beginning of a frame. `checksum`:
   * the bytes changed after they were written.
   * `missing`: there is no value any more.
   */
  reason: 'torn' | 'checksum' | 'missing'
}

export interface Frames {
  payloads: Buffer[]
  /** Behind the last intact frame: where to read on when the value has grown. */
  end: number
  problems: FrameProblem[]
}

type FrameAt = { payload: Buffer; end: number } | FrameProblem

/**
 * Wraps a payload so that a reader can tell whether it is whole: one line
 * `treadlight {version} {payload bytes, 8 hex} {CRC32 of the line so far and the payload, 8 hex}`, then the payload.
 */
export function encodeFrame(payload: string | Uint8Array | readonly Uint8Array[]): Buffer {
  const pieces = typeof payload === 'string' ? [Buffer.from(payload)] : payload instanceof Uint8Array ? [payload] : payload
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  const head = headOf(version, length)
  const start = head.length + 9
  const frame = Buffer.allocUnsafe(start + length)
  let end = start
  for (const piece of pieces) {
    frame.set(piece, end)
    end += piece.length
  }
  frame.write(`${head}${hex(crc32(frame.subarray(start), crc32(head)))}\n`, 0, 'latin1')
  return frame
}

/** How long the frame is that bytes begin with, as far as its header tells; undefined where they begin with none. */
export function frameLength(bytes: Buffer): number | undefined {
  const [header, , , length] = headerPattern.exec(bytes.toString('latin1', 0, headerLimit)) ?? []
  return header === undefined || length === undefined ? undefined : header.length + parseInt(length, 16)
}

/**
 * Reads the frames of a value. What is damaged is left out and reported; the intact frames before and behind it are
 * kept. A payload that is JSON lines cannot pass for a header: JSON has no line that ends in a hex digit after the tag.
 *
 * A frame that was whole and then lost its end passes for torn, and so does the last one of a value when its length grew
 * and something else of it changed as well, be it one bit: nothing tells them from what a crash leaves.
 *
 * @param from where to begin, bytes
 * @throws Error for a frame of a later version that is whole
 */
export function readFrames(bytes: Buffer, from = 0): Frames {
  const frames: Frames = { payloads: [], end: from, problems: [] }
  let offset = from
  while (offset < bytes.length) {
    const frame = readFrameAt(bytes, offset)
    if ('payload' in frame) {
      frames.payloads.push(frame.payload)
      frames.end = offset = frame.end
      continue
    }
    offset = findFrame(bytes, offset + 1)
    // Only the end of a value can be torn: with an intact frame behind it, the length itself is what changed.
    frames.problems.push(offset < bytes.length ? { ...frame, reason: 'checksum' } : frame)
  }
  return frames
}

function readFrameAt(bytes: Buffer, offset: number): FrameAt {
  const line = bytes.toString('latin1', offset, offset + headerLimit)
  const [header, head, its, length, checksum] = headerPattern.exec(line) ?? []
  if (header === undefined || head === undefined || length === undefined || checksum === undefined) {
    return { offset, reason: isTornHeader(line) ? 'torn' : 'checksum' }
  }
  const start = offset + header.length
  const end = start + parseInt(length, 16)
  if (end > bytes.length) return { offset, reason: isWhole(bytes, start, Number(its), checksum) ? 'checksum' : 'torn' }
  const payload = bytes.subarray(start, end)
  if (hex(crc32(payload, crc32(head))) !== checksum) return { offset, reason: 'checksum' }
  if (Number(its) !== version) {
    throw new Error(`[treadlight store] format ${its} is later than this version's (${version}): upgrade treadlight; nothing was changed`)
  }
  return { payload, end }
}

/** The next offset at which a whole frame stands, else the end. */
function findFrame(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(tag, from); at !== -1; at = bytes.indexOf(tag, at + 1)) {
    if ('payload' in readFrameAt(bytes, at)) return at
  }
  return bytes.length
}

/**
 * Whether a frame that seems to end behind the value is whole, and its length is what changed: with the length that it has
 * the checksum is right. A frame ends where the next one begins, be it with the first letter of its tag, or the value does.
 */
function isWhole(bytes: Buffer, start: number, its: number, checksum: string): boolean {
  for (let at = start - 1; ; at++) {
    at = bytes.indexOf(`\n${tag[0]}`, at)
    const end = at === -1 ? bytes.length : at + 1
    if (hex(crc32(bytes.subarray(start, end), crc32(headOf(its, end - start)))) === checksum) return true
    if (at === -1) return false
  }
}

function isTornHeader(line: string): boolean {
  return line.length < anyHeader.length && headerPattern.test(line + anyHeader.slice(line.length))
}

/** What of a header the checksum covers. */
function headOf(its: number, length: number): string {
  return `${tag}${its} ${hex(length)} `
}

function hex(number: number): string {
  return number.toString(16).padStart(8, '0')
}
