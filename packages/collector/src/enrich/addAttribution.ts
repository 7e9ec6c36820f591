import { cutText, textLimits } from '@treadlight/protocol'
import { readAttribution } from '../hit/attribution.ts'
import type { EnrichStep } from './step.ts'

/** Source, medium and campaign, read from the whole URL as it arrived and only then cut (PV07, PV11). */
export const addAttribution: EnrichStep = (hit, { decoded }) => {
  const { source, medium, campaign } = readAttribution(decoded.url)
  hit.source = cutText(source, textLimits.attribution)
  hit.medium = cutText(medium, textLimits.attribution)
  hit.campaign = cutText(campaign, textLimits.attribution)
}
