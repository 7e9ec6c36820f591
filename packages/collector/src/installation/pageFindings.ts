import { forbidsConnection, forbidsScript, readPolicies } from './contentPolicy.ts'
import type { FetchedPage } from './fetchPage.ts'
import { finding, quote, type Finding } from './findings.ts'
import { findTags, isHit, type FoundTag } from './findTags.ts'
import { isOwnMachine } from './isOwnMachine.ts'
import { isHtml } from './pageHeaders.ts'
import { readTags } from './readTags.ts'

/** What the page itself shows. @param collector where this collector is, ending in a slash */
export function pageFindings(page: FetchedPage, collector: URL): Finding[] {
  const unread = explainUnread(page)
  if (unread) return [unread]
  const { scripts, policies, base } = readTags(page.body)
  const start = URL.canParse(base, page.url.href) ? new URL(base, page.url) : page.url
  const tags = findTags(scripts, start, collector)
  const [own, ...others] = tags.filter(({ kind }) => kind === 'ours')
  const found: Finding[] = tags.filter(({ kind }) => kind === 'foreign').map(({ src }) => finding('foreign-script', `${quote(src.href)} is another product’s script, and posts to this collector`))
  if (page.isCut) found.push(finding('cut', 'The page is longer than 1 MB: only its beginning was looked at'))
  if (!own) return [missing(tags), ...found]
  if (others.length > 0) found.push(finding('tag-twice', `The tag is there ${others.length + 1} times`))
  return [finding('tag-found', `The tag is there: ${quote(own.src.href)}`), ...found, ...tagFindings(own, page, collector), ...policyFindings(own, page, [page.header('content-security-policy'), ...policies])]
}

/** Why there was nothing to look at. */
function explainUnread({ status, header, url }: FetchedPage): Finding | undefined {
  if (status < 200 || status > 299) return finding('status', `${quote(url.href)} answers with status ${status}`)
  const type = header('content-type')
  if (!isHtml(type)) return finding('not-html', type === '' ? 'The answer does not say what it is' : `The answer is ${quote(type)}, not text/html`)
  const encoding = header('content-encoding')
  return encoding === '' ? undefined : finding('not-html', `The answer is compressed (${quote(encoding)}), though it was asked for plain`)
}

function missing(tags: readonly FoundTag[]): Finding {
  const alike = tags.find(({ kind }) => kind === 'alike')
  if (alike) return finding('tag-elsewhere', `${quote(alike.src.href)} posts to ${quote(alike.endpoint.href)}, not to this collector`)
  return finding('tag-missing', 'No tag of this collector is in the page’s HTML')
}

function tagFindings({ src, endpoint, tag: { attributes } }: FoundTag, { url }: FetchedPage, collector: URL): Finding[] {
  const found: Finding[] = []
  const type = (attributes.get('type') ?? '').trim().toLowerCase()
  if (!isHit(endpoint, collector)) found.push(finding('tag-elsewhere', `Its hits go to ${quote(endpoint.href)}, not to this collector`))
  if (url.protocol === 'https:' && src.protocol === 'http:') found.push(finding('tag-insecure', 'The page is https, and the script is http'))
  if (type === 'module') found.push(finding('tag-module', 'The tag has type="module"'))
  else if (!scriptTypes.has(type)) found.push(finding('tag-waiting', `The tag has type="${quote(type)}", so browsers do not run it`))
  if (attributes.has('integrity') && !/-[\w-]{16}\.js$/.test(src.pathname)) found.push(finding('tag-pinned', 'The tag has integrity, and an address whose script changes with each update'))
  if (attributes.has('data-before-send')) found.push(finding('before-send', `Every hit goes through the page’s function ${quote(attributes.get('data-before-send')!)}`))
  if (isOwnMachine(url.hostname) && (attributes.get('data-ignore') ?? 'localhost').includes('localhost')) found.push(finding('ignores-page', 'The page is on its own machine, and the tag ignores such pages'))
  return found
}

/** Those that stand for JavaScript in use; the standard has more, of browsers that are gone. */
const scriptTypes = new Set(['', 'text/javascript', 'application/javascript', 'application/x-javascript', 'text/ecmascript', 'application/ecmascript'])

function policyFindings({ src, endpoint, tag: { attributes } }: FoundTag, { url }: FetchedPage, texts: readonly string[]): Finding[] {
  const policies = readPolicies(texts)
  const script = forbidsScript(policies, { url: src, nonce: attributes.get('nonce') ?? '', integrity: attributes.get('integrity') ?? '' }, url)
  const connection = forbidsConnection(policies, endpoint, url)
  return [
    ...(script ? [finding('policy-script', `The page’s policy forbids the script: ${script} does not allow ${quote(src.origin)}`)] : []),
    ...(connection ? [finding('policy-connect', `The page’s policy forbids the hits: ${connection} does not allow ${quote(endpoint.origin)}`)] : []),
  ]
}
