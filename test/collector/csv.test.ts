import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvLine, withoutApostrophe } from '../../packages/collector/src/csv.ts'
import { readCsv } from './readCsv.ts'

describe('PT13 input 12: cells', () => {
  test.each([
    ['plain', 'plain'],
    ['', ''],
    ['a,b', '"a,b"'],
    ['a "b"', '"a ""b"""'],
    ['a\nb', '"a\nb"'],
    ['a\rb', '"a\rb"'],
    [' =1', "' =1"],
    [' a', ' a'],
    ['\uFEFF=1', "'\uFEFF=1"],
    ['\u00a0 +1', "'\u00a0 +1"],
    ['=cmd()', "'=cmd()"],
    ['+1', "'+1"],
    ['-1', '-1'],
    ['-19.90', '-19.90'],
    ['-1+1', "'-1+1"],
    ['-1\n', '"\'-1\n"'],
    ['-', "'-"],
    ["'=1", "''=1"],
    ["'-1", "'-1"],
    ['-.5', "'-.5"],
    ['@sum', "'@sum"],
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
    ['\n=1', '"\'\n=1"'],
    ['=a,"b"', '"\'=a,""b"""'],
    ['＝1', "'＝1"],
    ['/a,"q"', '"/a,""q"""'],
    [-5, '-5'],
    [0.5, '0.5'],
  ])('%j is written as %j', (cell, written) => {
    expect(csvLine(['first', cell])).toBe(`first,${written}\r\n`)
  })

  test('whatever is in them, a reader of RFC 4180 finds them again, and no formula', () => {
    const cell = fc.oneof(fc.string({ unit: fc.constantFrom('"', ',', '\r', '\n', '=', '-', "'", 'a', ' ') }), fc.string())
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 }), (rows) => {
        const found = readCsv(rows.map(csvLine).join(''))
        const expected = rows.map((row) => row.map((text) => (isDangerous(text.replace(/^'+/, '')) ? `'${text}` : text)))
        expect(found).toEqual(expected)
        expect(found.map((row) => row.map(withoutApostrophe))).toEqual(rows)
      }),
    )
  })
})

/** What a spreadsheet would not take for a text: the rule again, letter by letter. */
function isDangerous(text: string): boolean {
  if (/^-\d+(\.\d+)?$/.test(text)) return false
  if ('\t\r\n'.includes(text[0] ?? ' ')) return true
  const first = [...text].find((letter) => letter !== '\uFEFF' && letter.trim() !== '')
  return first !== undefined && '=+-@＝＋－＠'.includes(first)
}
