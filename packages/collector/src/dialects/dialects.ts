import type { Dialect } from './dialect.ts'
import { ga4 } from './ga4/ga4.ts'
import { goatcounter } from './goatcounter/goatcounter.ts'
import { matomo } from './matomo/matomo.ts'
import { pagetimer } from './pagetimer.ts'
import { plain } from './plain.ts'
import { plausible } from './plausible.ts'
import { umami } from './umami/umami.ts'
import { universal } from './universal/universal.ts'

/** Every dialect there is, in the order in which they are shown. */
export const dialects: readonly Dialect[] = [
  plausible,
  umami,
  goatcounter,
  matomo,
  universal,
  ga4,
  plain,
  pagetimer,
]

/** @param names as the setting has them @default all */
export function spokenDialects(names?: readonly string[]): readonly Dialect[] {
  return names === undefined ? dialects : dialects.filter(({ name }) => names.includes(name))
}
