import type { ScriptTag } from './readTags.ts'

/** A script of a page that has to do with us, or looks as if. */
export interface FoundTag {
  /** `ours` is one of the collector's files, or one that posts to it; `alike` is called like ours and posts elsewhere; `foreign` is another product's that posts here. */
  kind: 'ours' | 'alike' | 'foreign'
  src: URL
  /** Where its hits go. */
  endpoint: URL
  tag: ScriptTag
}

/** Names of the collector's scripts, also those with a hash. */
const scriptName = /\/(t|t\.full|t\.server)(-[\w-]{16})?\.js$/
/** Attributes by which other products' scripts are told where to post. */
const foreignAttributes = ['data-api', 'data-host-url', 'data-host', 'data-goatcounter', 'data-api-host']

/**
 * The scripts that count.
 * @param base what relative addresses start from
 * @param collector ends in a slash
 */
export function findTags(scripts: readonly ScriptTag[], base: URL, collector: URL): FoundTag[] {
  return scripts.flatMap((tag) => findTag(tag, base, collector) ?? [])
}

function findTag(tag: ScriptTag, base: URL, collector: URL): FoundTag | undefined {
  const src = resolve(tag.attributes.get('src'), base)
  if (!src) return undefined
  const said = tag.attributes.get('data-endpoint')
  // As the tracker does it: beside the script, at the root of its host.
  const endpoint = (said === undefined ? undefined : resolve(said, base)) ?? new URL('/hit', src)
  const isNamed = scriptName.test(src.pathname)
  const isHere = isSameHost(src, collector)
  if ((isNamed && isHere) || isHit(endpoint, collector)) return { kind: 'ours', src, endpoint, tag }
  if (isHere && src.pathname.endsWith('/pagetimer.js')) return { kind: 'ours', src, endpoint: new URL('/pagetimer/', src), tag }
  if (isForeign(tag, base, collector)) return { kind: 'foreign', src, endpoint, tag }
  return isNamed ? { kind: 'alike', src, endpoint, tag } : undefined
}

/** Whether hits that are posted there come to this collector. */
export function isHit(endpoint: URL, collector: URL): boolean {
  const hit = new URL('hit', collector)
  return isSameHost(endpoint, collector) && (endpoint.pathname === hit.pathname || endpoint.pathname === new URL('pagetimer/', collector).pathname)
}

/** A script of any name at this collector's own host is not taken for foreign: the site itself may be at this host. */
function isForeign({ attributes }: ScriptTag, base: URL, collector: URL): boolean {
  return foreignAttributes.some((name) => {
    const target = resolve(attributes.get(name), base)
    return target !== undefined && target.host !== base.host && isSameHost(target, collector)
  })
}

/** Whatever the scheme: http where it should be https is a finding of its own. */
function isSameHost(url: URL, collector: URL): boolean {
  return url.host === collector.host || (url.hostname === collector.hostname && url.protocol !== collector.protocol)
}

function resolve(address: string | undefined, base: URL): URL | undefined {
  return address !== undefined && URL.canParse(address, base.href) ? new URL(address, base) : undefined
}
