import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeFrame, readFrames } from '../../packages/store/src/frame.ts'

const lines = ['{"n":1}\n', '{"n":2,"text":"ü treadlight 1 00000000 00000000 "}\n{"n":3}\n', '{"n":4}\n']
const frames = lines.map(encodeFrame)
const file = Buffer.concat(frames)
const textsOf = (bytes: Buffer) => readFrames(bytes).payloads.map(String)

describe('frames', () => {
  test('come back as they were written, one behind the other', () => {
    expect(readFrames(file)).toMatchObject({ end: file.length, problems: [] })
    expect(textsOf(file)).toEqual(lines)
  })

  test('of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (payload) => {
        expect(readFrames(encodeFrame(payload)).payloads).toEqual([Buffer.from(payload)])
      }),
    )
  })

  test('are read on from where the last one ended', () => {
    const { end } = readFrames(file.subarray(0, file.length - 1))
    expect(readFrames(file, end).payloads.map(String)).toEqual([lines[2]])
  })

  test('torn at any length: the whole ones before are kept, the rest is reported as torn', () => {
    const ends = frames.map((_, index) => Buffer.concat(frames.slice(0, index + 1)).length)
    for (let length = 0; length <= file.length; length++) {
      const whole = ends.filter((end) => end <= length)
      const { payloads, problems } = readFrames(file.subarray(0, length))
      expect(payloads.map(String)).toEqual(lines.slice(0, whole.length))
      const start = whole.at(-1) ?? 0
      expect(problems).toEqual(start === length ? [] : [{ offset: start, reason: 'torn' }])
    }
  })

  test('with any one bit changed: that frame is reported, the others are kept', () => {
    for (let bit = 0; bit < file.length * 8; bit++) {
      const changed = Buffer.from(file)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      const hurt = frames.findIndex((_, index) => bit >> 3 < Buffer.concat(frames.slice(0, index + 1)).length)
      const { payloads, problems } = readFrames(changed)
      expect(payloads.map(String)).toEqual(lines.filter((_, index) => index !== hurt))
      expect(problems).toHaveLength(1)
    }
  })

  test('with any one bit of the last one changed: never taken for torn, which only what is missing its end is', () => {
    for (const last of ['', ...lines, `${JSON.stringify({ text: 'x'.repeat(5000) })}\n`].map(encodeFrame)) {
      const whole = Buffer.concat([frames[0]!, last])
      const start = frames[0]!.length
      const only = { payloads: [Buffer.from(lines[0]!)], end: start }
      for (let bit = start * 8; bit < whole.length * 8; bit++) {
        const changed = Buffer.from(whole)
        changed[bit >> 3]! ^= 1 << (bit & 7)
        expect(readFrames(changed)).toEqual({ ...only, problems: [{ offset: start, reason: 'checksum' }] })
      }
      for (let length = start + 1; length < whole.length; length++) {
        expect(readFrames(whole.subarray(0, length))).toEqual({ ...only, problems: [{ offset: start, reason: 'torn' }] })
      }
    }
  })

  test('with any other length in its header: damaged, however much of the length has changed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (length) => {
        const changed = Buffer.from(file)
        const start = file.length - frames[2]!.length
        changed.write(length.toString(16).padStart(8, '0'), start + 'treadlight 1 '.length)
        fc.pre(!changed.equals(file))
        expect(readFrames(changed).problems).toEqual([{ offset: start, reason: 'checksum' }])
      }),
    )
  })

  test('with another length in the header of one behind which the next is torn: damaged', () => {
    const start = frames[0]!.length
    const next = start + frames[1]!.length
    for (let length = next; length < file.length; length++) {
      const changed = Buffer.from(file.subarray(0, length))
      changed[start + 'treadlight 1 '.length]! ^= 1
      expect(readFrames(changed).problems).toEqual([{ offset: start, reason: 'checksum' }])
    }
  })

  test('with rubbish anywhere between them are all found', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array(), { minLength: 4, maxLength: 4 }), (rubbish) => {
        const parts = frames.flatMap((frame, index) => [rubbish[index]!, frame])
        expect(textsOf(Buffer.concat([...parts, rubbish[3]!]))).toEqual(lines)
      }),
    )
  })

  test('of a later version are refused loudly', () => {
    // CRC32 of "treadlight 2 00000002 {}", computed elsewhere.
    expect(() => readFrames(Buffer.from('treadlight 2 00000002 c79a65d3\n{}'))).toThrow('upgrade treadlight')
  })
})
