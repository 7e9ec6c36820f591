import type { DecodedHit, DropReason } from '@treadlight/protocol'
import type { StoredHit } from '@treadlight/store'
import type { PrivacyPolicy } from '../settings/privacy.ts'
import type { Agent } from './agent.ts'
import type { EnrichRules } from './rules.ts'

/** What a step may know besides the hit: the request that brought it, and what was looked up before. */
export interface EnrichContext {
  /** The client's network: an IPv4 address, the first 64 bits of an IPv6 one, or '' where unknown. Never stored. */
  network: string
  /** The client's whole address, '' where unknown: to look it up, and to cut it. Never stored. */
  address: string
  agent: Agent
  /** A request header by its lower-case name, as it was sent; '' where there is none. */
  header: (name: string) => string
  /** Whether it came as `GET /hit?hit=`, which pixels do. */
  isPixel: boolean
  /** Secret of a site day, for the visitor hash. */
  salt: (day: string) => string
  /** What the site keeps of its visitors. */
  policy: PrivacyPolicy
  /** The request comes from the owner's browser. */
  isOwn: boolean
  /** Parsed once, for every step. */
  url: URL
  /** What was decoded, before anything was cut. */
  decoded: DecodedHit
  /** What the owner has set. */
  rules: EnrichRules
}

/** Adds to the hit, or names the reason for which it is dropped. Pure given its context. */
export type EnrichStep = (hit: StoredHit, context: EnrichContext) => DropReason | void
