import type { EnrichContext } from './step.ts'

/** What a Chromium browser says of itself beside the user agent: https://wicg.github.io/ua-client-hints/ */
export interface ClientHints {
  brands: { brand: string; version: string }[]
  mobile: boolean
  /** '' where it was not said, as the next. */
  platform: string
  platformVersion: string
}

/** Longest hint that is read: real lists of brands with full versions have up to 200 characters. */
const hintLimit = 300

/** The hints of a request as one text, for `readClientHints`; '' where it has none: browsers other than Chromium, and plain http. */
export function joinClientHints({ header }: Pick<EnrichContext, 'header'>): string {
  const brands = header('sec-ch-ua')
  if (brands === '') return ''
  // The model is not asked: what it could tell, tablet or phone, the user agent says.
  const hints = [
    header('sec-ch-ua-full-version-list') || brands,
    header('sec-ch-ua-mobile'),
    header('sec-ch-ua-platform'),
    header('sec-ch-ua-platform-version'),
  ]
  return hints.map((hint) => hint.slice(0, hintLimit)).join('\t')
}

/** Reads them. Malformed ones say nothing. */
export function readClientHints(joined: string): ClientHints {
  const [brands = '', mobile, platform = '', platformVersion = ''] = joined.split('\t')
  return { brands: readBrands(brands), mobile: mobile === '?1', platform: unquote(platform), platformVersion: unquote(platformVersion) }
}

function readBrands(list: string): ClientHints['brands'] {
  return [...list.matchAll(/"((?:[^"\\]|\\.)*)"\s*;\s*v="([^"]*)"/g)]
    .map(([, brand = '', version = '']) => ({ brand, version }))
    .filter(({ brand }) => !isGrease(brand))
}

/** `Not?A_Brand` and the like, made up so that nobody relies on the list: https://wicg.github.io/ua-client-hints/#grease */
function isGrease(brand: string): boolean {
  return brand.replace(/[^a-z]/gi, '').toLowerCase() === 'notabrand'
}

function unquote(text: string): string {
  return /^"[^"]*"$/.test(text) ? text.slice(1, -1) : ''
}
