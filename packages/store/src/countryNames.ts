/** So many codes there are not: what is here beyond them was made up. */
const mostNames = 1000

const names = new Map<string, string>()
let display: Intl.DisplayNames | undefined

/**
 * The English name of a country, as the runtime's Intl has it; the code itself where Intl does not know it, or there is
 * no Intl data: some runtimes are built without.
 *
 * @param code ISO 3166-1, two letters
 * @example
 * countryName('DE') // 'Germany'
 */
export function countryName(code: string): string {
  const known = names.get(code)
  if (known !== undefined) return known
  const name = lookUp(code)
  if (names.size >= mostNames) names.clear()
  names.set(code, name)
  return name
}

function lookUp(code: string): string {
  try {
    display ??= new Intl.DisplayNames(['en'], { type: 'region' })
    return display.of(code) ?? code
  } catch {
    return code
  }
}
