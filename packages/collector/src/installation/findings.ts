/** How bad it is: `problem` means that nothing, or nothing right, is counted. */
type FindingLevel = 'ok' | 'warning' | 'problem'

export type FindingCode =
  | 'unreachable'
  | 'address-refused'
  | 'redirects'
  | 'status'
  | 'not-html'
  | 'cut'
  | 'tag-found'
  | 'tag-missing'
  | 'tag-twice'
  | 'tag-elsewhere'
  | 'tag-insecure'
  | 'tag-module'
  | 'tag-waiting'
  | 'tag-pinned'
  | 'before-send'
  | 'ignores-page'
  | 'foreign-script'
  | 'policy-script'
  | 'policy-connect'
  | 'site-other'
  | 'host-unknown'
  | 'path-excluded'
  | 'asks-not'
  | 'own-browser'
  | 'dropped'
  | 'received'
  | 'not-received'

/** One thing that the check has seen. */
export interface Finding {
  code: FindingCode
  level: FindingLevel
  /** What was seen, with what the page said cut short. */
  message: string
  /** What to do; '' where there is nothing. */
  remedy: string
}

/** Every finding with its level and what to do. docs/dashboard.md lists them, and a test compares. */
export const catalogue: Readonly<Record<FindingCode, Pick<Finding, 'level' | 'remedy'>>> = {
  unreachable: { level: 'problem', remedy: 'Open the address in a browser. If it opens there, this collector’s machine may not reach it: the check cannot work then, the tag can.' },
  'address-refused': { level: 'problem', remedy: 'The check only asks public addresses, so that nobody can look into this network through it. The tag works there all the same.' },
  redirects: { level: 'problem', remedy: 'Check the address that it ends at.' },
  status: { level: 'problem', remedy: 'Check a page that anybody can open: the check is not logged in there.' },
  'not-html': { level: 'problem', remedy: 'Check the address of a page.' },
  cut: { level: 'warning', remedy: 'Put the tag into <head>, so that it comes first.' },

  'tag-found': { level: 'ok', remedy: '' },
  'tag-missing': { level: 'problem', remedy: 'Paste the tag into <head>. If a script or a tag manager adds it, the check cannot see it: open the page, and look for a request to hit in the browser’s network tab.' },
  'tag-twice': { level: 'warning', remedy: 'Keep one: only the first one counts, the rest are loaded for nothing.' },
  'tag-elsewhere': { level: 'problem', remedy: 'Take the tag shown here, or set data-endpoint to this collector’s /hit.' },
  'tag-insecure': { level: 'problem', remedy: 'Use https:// in src: browsers refuse http scripts on https pages.' },
  'tag-module': { level: 'problem', remedy: 'Remove type="module": a module cannot read the tag’s attributes. For bundles there is npm install @treadlight/tracker.' },
  'tag-waiting': { level: 'warning', remedy: 'It runs once your consent banner changes its type. Nothing is counted before; Treadlight needs no cookie.' },
  'tag-pinned': { level: 'warning', remedy: 'Take src and integrity from t.json: that address stays as it is when the collector is updated.' },
  'before-send': { level: 'warning', remedy: 'Define this function on every page: while it is missing, hits are dropped.' },
  'ignores-page': { level: 'warning', remedy: 'Add data-ignore="" to try it out, and remove it again.' },
  'foreign-script': { level: 'problem', remedy: 'Replace it by the tag shown here: the collector does not take what that script sends.' },

  'policy-script': { level: 'problem', remedy: 'Add the collector’s origin to script-src in the Content-Security-Policy, or a nonce to the tag.' },
  'policy-connect': { level: 'problem', remedy: 'Add the collector’s origin to connect-src in the Content-Security-Policy.' },

  'site-other': { level: 'warning', remedy: 'Choose that site above, or give this one the host: treadlight site add.' },
  'host-unknown': { level: 'problem', remedy: 'Add the host to the setting hosts.' },
  'path-excluded': { level: 'problem', remedy: 'Remove it from the setting exclude.paths, or check another page.' },
  'asks-not': { level: 'warning', remedy: 'Look whether your own browser sends such a signal before you search for other reasons.' },
  'own-browser': { level: 'warning', remedy: 'Try it with another browser, or have your own visits counted.' },
  dropped: { level: 'warning', remedy: '/api/drops lists them with their reasons; docs/collector.md says what each means.' },
  received: { level: 'ok', remedy: '' },
  'not-received': { level: 'warning', remedy: 'Open the page in a browser. Ad blockers keep hits back, and so does a frame.' },
}

/** A finding; what it quotes is to be cut by `quote`. */
export function finding(code: FindingCode, message: string): Finding {
  return { code, ...catalogue[code], message }
}

/** Letters of a page's text that a finding may repeat. */
const longest = 200

/** A page's own words, short and on one line. */
export function quote(text: string): string {
  const line = text.replace(/[\p{C}\s]+/gu, ' ').trim()
  return line.length > longest ? `${line.slice(0, longest)}…` : line
}
