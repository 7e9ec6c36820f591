import { idFrom } from '@treadlight/protocol'
import type { StoredHit } from '@treadlight/store'
import { createHash } from 'node:crypto'
import { startOfDay } from '../days.ts'
import { remember } from '../remember.ts'
import type { Site } from '../sites/sites.ts'

/**
 * The view that a hit of another protocol belongs to, where its clients have no ids of views: the same for a pageview and
 * for what is reported of it later, whichever process takes them, and without asking anybody. Who visits, and what their
 * client calls the view, or else the page. So one visitor's views of one page share it on a day: `deriveEngagement` gives
 * each report to the latest of them.
 *
 * @param key as the client calls the view, or the page
 * @returns undefined where nothing tells a visitor from others
 */
export function deriveView(hit: StoredHit, { timezone }: Pick<Site, 'timezone'>, key: string, isOfClient: boolean): string | undefined {
  const who = hit.visitor || hit.session
  if (who === '' && !isOfClient) return undefined
  const digest = createHash('sha256').update(`view\n${hit.site}\n${who}\n${key}`).digest()
  // In the home day, as every id of a view.
  return idFrom(startOf(`${timezone} ${hit.day}`), digest)
}

const startOf = remember(1000, (name: string): number => {
  const [timezone = '', day = ''] = name.split(' ')
  return startOfDay(timezone, day)
})
