import type { StoredHit } from './hit.ts'

/** Shorter ones `JSON.parse` shares itself. */
const shortest = 11
/** Most texts that are remembered; then they are forgotten all at once. */
const maxTexts = 50_000

/**
 * Makes equal texts of hits that were parsed one text. `JSON.parse` makes a new one of each, and by far most are another
 * hit's too: a compaction takes a fifth less memory without them, and need not compare their characters. Changes the hit.
 */
export function createSharedTexts(): (hit: StoredHit) => StoredHit {
  const texts = new Map<string, string>()

  function share(text: string): string {
    if (text.length < shortest) return text
    const known = texts.get(text)
    if (known !== undefined) return known
    if (texts.size >= maxTexts) texts.clear()
    texts.set(text, text)
    return text
  }

  return (hit) => {
    hit.url = share(hit.url)
    hit.title = share(hit.title)
    hit.referrer = share(hit.referrer)
    hit.hostname = share(hit.hostname)
    hit.path = share(hit.path)
    hit.referrerHost = share(hit.referrerHost)
    hit.source = share(hit.source)
    hit.medium = share(hit.medium)
    hit.campaign = share(hit.campaign)
    hit.visitor = share(hit.visitor)
    hit.session = share(hit.session)
    hit.user = share(hit.user)
    if (hit.timezone !== undefined) hit.timezone = share(hit.timezone)
    if (hit.browserVersion !== undefined) hit.browserVersion = share(hit.browserVersion)
    if (hit.city !== undefined) hit.city = share(hit.city)
    if (hit.address !== undefined) hit.address = share(hit.address)
    if (hit.view === hit.id) hit.view = hit.id
    return hit
  }
}
