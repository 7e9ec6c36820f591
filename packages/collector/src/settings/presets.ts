import { ConfigError } from '../settings.ts'
import type { PrivacyPreset } from './privacy.ts'

/** What a preset makes of one setting. */
interface Rule {
  /** In force where the owner says nothing; without it the setting's own default, which the rule must allow. */
  value?: unknown
  allows: (value: unknown) => boolean
  /** For the message: what the preset needs. */
  needs: string
}

/** French law lets figures of audience measurement be kept for 25 months: days. */
const longestRetention = 760

const exactly = (value: string | boolean): Rule => ({ value, allows: (given) => given === value, needs: String(value) })
const nothing: Rule = { value: [], allows: (given) => Array.isArray(given) && given.length === 0, needs: 'an empty list' }
const atMost = (days: number): Rule => ({ allows: (given) => Number(given) <= days, needs: `at most ${days} days` })

/** By the path of the setting. Where a setting is not named, the owner is free. */
export const presets: Record<PrivacyPreset, Readonly<Record<string, Rule>>> = {
  default: {},
  strict: {
    visitor: exactly('none'),
    userSecrets: nothing,
    associateAnonymous: exactly(false),
    'respect.gpc': exactly('counting'),
    'respect.dnt': exactly(true),
    'place.precision': exactly('country'),
    'page.referrer': exactly('origin'),
    'page.clickIds': exactly(false),
    'page.params': nothing,
    address: exactly('none'),
  },
  cnil: {
    visitor: { value: 'daily', allows: (given) => given === 'daily' || given === 'session', needs: 'daily or session' },
    userSecrets: nothing,
    associateAnonymous: exactly(false),
    'page.clickIds': exactly(false),
    address: exactly('none'),
    'retention.anonymous': atMost(longestRetention),
    'retention.authenticated': atMost(longestRetention),
  },
}

export interface ChosenSetting {
  path: string
  /** What the owner has set; undefined for nothing. */
  value: unknown
  /** Where. */
  place: string
}

/**
 * The value of a setting under a preset: the owner's, or the preset's; undefined where neither says one.
 * @throws ConfigError where they contradict each other
 */
export function underPreset(preset: PrivacyPreset, { path, value, place }: ChosenSetting): unknown {
  const rule = Object.hasOwn(presets[preset], path) ? presets[preset][path] : undefined
  if (rule === undefined || value === undefined) return value ?? rule?.value
  if (rule.allows(value)) return value
  throw new ConfigError(
    `${path} (${place}) contradicts privacy: ${preset}, which needs ${rule.needs}: leave it out, or leave privacy out and set what you need one by one`,
  )
}
