import type { StoredHit } from '@treadlight/store'
import { ratingOf, type VitalName } from '../vitals/thresholds.ts'
import { fasterSince } from './furnishing.ts'
import type { SeedDay } from './origins.ts'
import type { Random } from './random.ts'

/** What is usual on a desktop, in ms but for CLS, and how much slower phones are. */
const usual: readonly (readonly [name: VitalName, value: number, onPhones: number])[] = [
  ['TTFB', 320, 1.5],
  ['FCP', 900, 1.6],
  ['LCP', 1600, 1.7],
  ['CLS', 0.04, 1.4],
  ['INP', 70, 2.2],
]

/** The props of a page's web vitals, as the tracker sends them. What comes by the network is better since the pictures are smaller. */
export function measureVitals(random: Random, device: StoredHit['device'], { ago }: SeedDay): NonNullable<StoredHit['props']>[] {
  const haste = ago > fasterSince ? 1.35 : 1
  return usual.map(([metric, value, onPhones]) => {
    // Three draws make a hill with a long slope to the slow side.
    const spread = Math.exp((random() + random() + random() - 1.5) * 1.3)
    const slow = value * spread * (device === 'Mobile' ? onPhones : 1) * (metric === 'INP' || metric === 'CLS' ? 1 : haste)
    const rounded = metric === 'CLS' ? Math.round(slow * 1000) / 1000 : Math.round(slow)
    return { metric, value: rounded, rating: ratingOf(metric, rounded) }
  })
}
