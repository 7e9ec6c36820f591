import { afterEach, beforeEach, expect, test, vi } from 'vitest'

/** As at the start of a process: names are remembered. */
async function load(): Promise<(code: string) => string> {
  return (await import('../../packages/store/src/countryNames.ts')).countryName
}

beforeEach(() => void vi.resetModules())
afterEach(() => void vi.unstubAllGlobals())

test.each([
  ['DE', 'Germany'],
  ['US', 'United States'],
  // No country, nothing that Intl takes, and what an import may say.
  ['QQ', 'QQ'],
  ['T1', 'T1'],
  ['<img>', '<img>'],
])('%j is called %j', async (code, name) => {
  const countryName = await load()
  expect([countryName(code), countryName(code)]).toEqual([name, name])
})

test('a runtime without names of countries says their codes', async () => {
  vi.stubGlobal('Intl', { ...Intl, DisplayNames: undefined })
  const countryName = await load()
  expect(countryName('DE')).toBe('DE')
})

test('made-up codes do not fill the memory, nor push out what they stand beside', async () => {
  const countryName = await load()
  for (let index = 0; index < 3000; index++) expect(countryName(`made-up-${index}`)).toBe(`made-up-${index}`)
  expect(countryName('FR')).toBe('France')
})
