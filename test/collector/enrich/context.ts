import { defaultPolicy } from '../../../packages/collector/src/settings/privacy.ts'
import { createId, decodeHit, type DecodedHit } from '@treadlight/protocol'
import type { StoredHit } from '@treadlight/store'
import { agentOf } from '../../../packages/collector/src/enrich/agent.ts'
import { createRules, type EnrichSettings, type RulesOptions } from '../../../packages/collector/src/enrich/rules.ts'
import type { EnrichContext, EnrichStep } from '../../../packages/collector/src/enrich/step.ts'
import { noon } from '../collector.ts'

/** What a case says of a request and its hit; all else is that of a visitor with an id that the tracker made. */
export interface Circumstances extends Partial<Omit<EnrichContext, 'agent' | 'header' | 'decoded' | 'rules'>>, Pick<RulesOptions, 'place'>, Partial<Pick<EnrichSettings, 'bots'>> {
  userAgent?: string
  headers?: Record<string, string>
  sent?: Partial<DecodedHit>
  hit?: Partial<StoredHit>
}

/** Does one step; answers its reason for a drop, or what it has added. */
export function run(step: EnrichStep, { userAgent = '', headers = {}, sent = {}, hit = {}, bots, place, ...others }: Circumstances): string | Partial<StoredHit> {
  const decoded = { ...(decodeHit({ id: createId(noon), url: 'https://shop.example/' }) as DecodedHit), ...sent }
  const added = { ...hit }
  const context: EnrichContext = {
    network: '',
    address: '',
    agent: agentOf(userAgent),
    header: (name) => headers[name] ?? '',
    isPixel: false,
    salt: () => '',
    url: new URL(decoded.url),
    decoded,
    policy: defaultPolicy,
    isOwn: false,
    rules: createRules({ ...(bots && { settings: { bots } }), ...(place && { place }) }),
    ...others,
  }
  return step(added as StoredHit, context) ?? added
}
