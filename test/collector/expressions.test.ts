import { readdirSync, readFileSync } from 'node:fs'
import ts from 'typescript'
import { expect, test } from 'vitest'

// T19: whatever a visitor sends, no regular expression of ours takes long over it.

const packages = new URL('../../packages/', import.meta.url).pathname
const longest = 512

/** These look at what the owner has set, and what drivers say of it. */
const ofTheOwner = ['collector/src/storageSettings.ts', 'store/src/drivers/driverError.ts', 'store/src/drivers/s3Client.ts']

/** Every regular expression that stands in a source, with the file that has it. */
const expressions = readdirSync(packages).flatMap((name) =>
  readdirSync(`${packages}${name}/src`, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !ofTheOwner.includes(`${name}/src/${file}`))
    .flatMap((file) => expressionsIn(`${packages}${name}/src/${file}`).map((text) => [text, `${name}/src/${file}`] as const)),
)

function expressionsIn(file: string): string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) found.push(node.text)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true, file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS))
  return found
}

/** What an expression that goes back and forth is slow on: its own letters over and over, and an end that does not fit. */
function evilTexts(source: string): string[] {
  const words = [...new Set(source.replaceAll(/\\[dwsb]/g, ' ').match(/[\w./:=&?#@-]+/g) ?? [])]
  const units = ['a', '0', ' ', '\t', '.', '/', '-', ':', '%', '=', '&', ',', ';', '(', '"', '\n', '\ud800', 'é', 'a.', 'a ', '0.', '/a', 'a=', '=a&', ...words]
  return units.flatMap((unit) => ['', '!', '\u0000'].map((end) => unit.repeat(Math.ceil(longest / unit.length)).slice(0, longest - 1) + end))
}

test('T19 there are regular expressions to try', () => {
  expect(expressions.length).toBeGreaterThan(50)
})

test.each(expressions)('T19 input 29: %s of %s takes less than a millisecond', (text) => {
  const end = text.lastIndexOf('/')
  const source = text.slice(1, end)
  const expression = new RegExp(source, text.slice(end + 1))
  for (const evil of evilTexts(source)) {
    // The best of five: what a busy machine adds is not the expression's.
    const times = [1, 2, 3, 4, 5].map(() => {
      const started = performance.now()
      evil.replace(expression, '')
      return performance.now() - started
    })
    expect(Math.min(...times), JSON.stringify(evil.slice(0, 40))).toBeLessThan(1)
  }
})
