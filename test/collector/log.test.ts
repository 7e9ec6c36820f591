import { expect, describe, test } from 'vitest'
import fc from 'fast-check'
import { createLog, type Log } from '../../packages/collector/src/log.ts'
import { ConfigError } from '../../packages/collector/src/settings.ts'

function open(format: 'text' | 'json'): { log: Log; lines: string[] } {
  const lines: string[] = []
  const hide = (text: string): string => text.replaceAll('hunter2', '***')
  return { lines, log: createLog({ format, hide, now: () => 0, write: (line) => lines.push(line) }) }
}

/** What moves a cursor, rings a bell, begins a line or turns the writing. */
// oxlint-disable-next-line no-control-regex -- control characters are what it is for
const unsafe = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/
const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('\n', '\r', '\u001B[31m', '\u009B', '\u2028', '\u202E', 'a', '"', '\\') }))

describe('json', () => {
  test('one object a line, with time, level and message, without secrets', () => {
    const { log, lines } = open('json')
    log.info('listening', { url: 'http://me:hunter2@x', port: 4600, missing: undefined })
    log.warn('odd')
    log.error(new ConfigError('storage: hunter2 is wrong'))
    log.error('a text')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { time: '1970-01-01T00:00:00.000Z', level: 'info', message: 'listening', url: 'http://me:***@x', port: 4600 },
      { time: '1970-01-01T00:00:00.000Z', level: 'warning', message: 'odd' },
      { time: '1970-01-01T00:00:00.000Z', level: 'error', message: 'storage: *** is wrong' },
      { time: '1970-01-01T00:00:00.000Z', level: 'error', message: "'a text'" },
    ])
  })

  test('of an error also its name, and where it comes from', () => {
    const { log, lines } = open('json')
    log.error(new TypeError('hunter2 broke', { cause: new Error('why') }))
    expect(JSON.parse(lines[0]!)).toMatchObject({ message: '*** broke', error: 'TypeError', stack: expect.stringMatching(/log\.test\.ts[\s\S]*why/) })
  })

  test('input 13: whatever is in a field, it stays in its line and says the same', () => {
    fc.assert(
      fc.property(anything, anything, (message, field) => {
        const { log, lines } = open('json')
        log.info(message, { field })
        log.error(new Error(message))
        for (const line of lines) expect(line).not.toMatch(/[\n]/)
        for (const line of lines) expect(line).not.toMatch(unsafe)
        if (!`${message}${field}`.includes('hunter2')) expect(JSON.parse(lines[0]!)).toMatchObject({ message, field })
      }),
    )
  })
})

describe('text', () => {
  test('what went well the banner says; the rest is a line that begins with treadlight', () => {
    const { log, lines } = open('text')
    log.info('listening')
    log.warn('hunter2 is odd', { more: 1 })
    log.error(new ConfigError('wrong'))
    expect(lines).toEqual(['treadlight: *** is odd', 'treadlight: wrong'])
  })

  test('input 13: no field begins a line of its own, or moves the cursor', () => {
    fc.assert(
      fc.property(anything, (message) => {
        const { log, lines } = open('text')
        log.warn(message)
        log.error(new ConfigError(message))
        log.error(new Error(message))
        for (const line of lines) {
          expect(line).not.toMatch(unsafe)
          for (const further of line.split('\n').slice(1)) expect(further).toMatch(/^ {4}/)
        }
      }),
    )
  })
})
