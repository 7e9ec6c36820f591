import { remember } from '../remember.ts'
import type { EnrichStep } from './step.ts'

/** Takes out what is finer than the site wants to keep, after everything was read that is to be read of it. */
export const reduceDetail: EnrichStep = (hit, { policy: { precision, referrer, clickIds } }) => {
  // Left out, not emptied; the last first, which is cheap.
  if (precision !== 'city' && hit.city !== undefined) delete hit.city
  if (precision === 'country' && hit.region !== undefined) delete hit.region
  if (!clickIds && hit.clickIds !== undefined) delete hit.clickIds
  if (referrer === 'origin') hit.referrer = originOf(hit.referrer)
}

/** Scheme and host of a referrer, `android-app://` too; '' for what is no address and may be anything. */
const originOf: (referrer: string) => string = remember(2000, (referrer) => {
  if (!URL.canParse(referrer)) return ''
  const { protocol, host } = new URL(referrer)
  return host === '' ? '' : `${protocol}//${host}/`
})
