import { createHash } from 'node:crypto'
import { isRefusal, type DropReason } from '@treadlight/protocol'
import type { StoredHit } from '@treadlight/store'
import { agentOf } from '../../../packages/collector/src/enrich/agent.ts'
import { enrich } from '../../../packages/collector/src/enrich/pipeline.ts'
import { createRules, type EnrichRules } from '../../../packages/collector/src/enrich/rules.ts'
import { readHit } from '../../../packages/collector/src/hit/readHit.ts'
import type { PageSettings } from '../../../packages/collector/src/settings/page.ts'
import { defaultPolicy } from '../../../packages/collector/src/settings/privacy.ts'
import { noon } from '../collector.ts'

interface Surroundings {
  settings?: Partial<PageSettings>
  /** Instead of the settings', so that several hits share them. */
  rules?: EnrichRules
  address?: string
  headers?: Record<string, string>
}

/** The hit of a page of shop.example as all steps leave it, and the reason for which they drop it. */
export function enrichHit(
  input: Record<string, unknown>,
  { settings = {}, rules = createRules({ settings }), address = '192.0.2.1', headers = {} }: Surroundings = {},
): { hit: StoredHit; reason: DropReason | undefined } {
  const read = readHit({ url: 'https://shop.example/', ...input }, { siteOf: () => ({ id: 'default', timezone: 'UTC', hosts: [] }), received: noon, origin: 'browser', sentAt: undefined, hashSender: () => createHash('sha256') })
  if (isRefusal(read)) throw new Error(`refused: ${JSON.stringify(read)}`)
  const reason = enrich(read.hit, {
    network: address,
    address,
    agent: agentOf('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'),
    header: (name) => headers[name] ?? '',
    isPixel: false,
    salt: () => 'salt',
    url: new URL(read.decoded.url),
    decoded: read.decoded,
    rules,
    policy: defaultPolicy,
    isOwn: false,
  })
  return { hit: read.hit, reason }
}
