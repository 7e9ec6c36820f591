import { Tokenizer, TokenizerMode, type Token, type TokenHandler } from 'parse5'

/** A `<script>` of a page, in the order of the page. */
export interface ScriptTag {
  /** Attributes by their lower-case name; the first of a name counts, as in browsers. */
  attributes: ReadonlyMap<string, string>
}

/** What of a page's HTML matters. */
export interface PageTags {
  scripts: ScriptTag[]
  /** Content-Security-Policies of `<meta>`. */
  policies: string[]
  /** Of `<base>`, which relative addresses start from; '' where there is none. */
  base: string
}

/** What is in these is not run; elements of the same name do not nest in `noscript`, and templates may. */
const inert = new Set(['noscript', 'template'])

/** How text behind a start tag is read, as the tree builder of the HTML standard (13.2.6) would say. */
const modes: Record<string, Tokenizer['state']> = {
  script: TokenizerMode.SCRIPT_DATA,
  style: TokenizerMode.RAWTEXT,
  xmp: TokenizerMode.RAWTEXT,
  iframe: TokenizerMode.RAWTEXT,
  noembed: TokenizerMode.RAWTEXT,
  noframes: TokenizerMode.RAWTEXT,
  textarea: TokenizerMode.RCDATA,
  title: TokenizerMode.RCDATA,
  plaintext: TokenizerMode.PLAINTEXT,
}

/**
 * Scripts, policies and base of a page, read by a tokenizer of the HTML standard: what is in a comment or in another
 * script's text is none. No tree is built: its cost grows with the square of what a hostile page nests.
 */
export function readTags(html: string): PageTags {
  const tags: PageTags = { scripts: [], policies: [], base: '' }
  let depth = 0
  const ignore = (): void => {}
  const handler: TokenHandler = {
    onStartTag(token) {
      const { tagName } = token
      tokenizer.lastStartTagName = tagName
      const mode = modes[tagName]
      if (mode !== undefined) tokenizer.state = mode
      if (inert.has(tagName)) depth++
      else if (depth === 0) noteTag(tags, tagName, attributesOf(token))
    },
    onEndTag({ tagName }) {
      if (inert.has(tagName) && depth > 0) depth--
    },
    onCharacter: ignore,
    onNullCharacter: ignore,
    onWhitespaceCharacter: ignore,
    onComment: ignore,
    onDoctype: ignore,
    onEof: ignore,
  }
  const tokenizer = new Tokenizer({ sourceCodeLocationInfo: false }, handler)
  tokenizer.write(html, true)
  return tags
}

function noteTag(tags: PageTags, name: string, attributes: ScriptTag['attributes']): void {
  if (name === 'script') tags.scripts.push({ attributes })
  if (name === 'base') tags.base ||= attributes.get('href') ?? ''
  if (name === 'meta' && attributes.get('http-equiv')?.toLowerCase() === 'content-security-policy') tags.policies.push(attributes.get('content') ?? '')
}

/** The tokenizer has left out the later ones of a name already. */
function attributesOf({ attrs }: Token.TagToken): ScriptTag['attributes'] {
  return new Map(attrs.map(({ name, value }) => [name, value]))
}
