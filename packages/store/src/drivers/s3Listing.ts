export interface ListingPage {
  names: string[]
  /** The token of the next page; undefined on the last one. */
  next?: string
}

/**
 * Reads the answer to ListObjectsV2. It is flat, and its only text of strangers is escaped, so a parser of XML would
 * change nothing.
 *
 * @throws Error for anything else: taken for an empty listing, a proxy's page would hide every hit
 */
export function parseListing(xml: string): ListingPage {
  if (!/<ListBucketResult[\s>/]/.test(xml)) throw new Error('the answer is no listing of a bucket')
  const decode = /<EncodingType>url<\/EncodingType>/.test(xml) ? decodeUrl : (text: string) => text
  const names = [...xml.matchAll(/<Contents>.*?<Key>(.*?)<\/Key>.*?<\/Contents>/gs)].map(([, name = '']) => decode(decodeEntities(name)))
  if (!/<IsTruncated>\s*true\s*<\/IsTruncated>/.test(xml)) return { names }
  const next = textOf(xml, 'NextContinuationToken')
  if (!next) throw new Error('the listing is cut off and does not say where it goes on')
  return { names, next }
}

/** The text of the first such element. */
export function textOf(xml: string, element: string): string | undefined {
  const [, text] = new RegExp(`<${element}>(.*?)</${element}>`, 's').exec(xml) ?? []
  return text === undefined ? undefined : decodeEntities(text)
}

const entities = new Map([['amp', '&'], ['lt', '<'], ['gt', '>'], ['quot', '"'], ['apos', "'"]])

function decodeEntities(text: string): string {
  return text.replaceAll(/&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(\w+));/g, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return entities.get(name) ?? whole
    const code = hex === undefined ? Number(decimal) : parseInt(hex, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

function decodeUrl(text: string): string {
  return decodeURIComponent(text.replaceAll('+', '%20'))
}
