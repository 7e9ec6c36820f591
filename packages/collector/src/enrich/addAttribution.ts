import { cutText, textLimits } from '@treadlight/protocol'
import { clean, readAttribution, readClickIds, readLandingParams } from '../hit/attribution.ts'
import type { EnrichStep } from './step.ts'

/** Source, medium, campaign, term, content and click ids, read from the whole URL as it arrived and only then cut (PV07, PV11). */
export const addAttribution: EnrichStep = (hit, { decoded }) => {
  const params = readLandingParams(decoded.url)
  if (params.size === 0) return
  const { source, medium, campaign } = readAttribution(params)
  hit.source = cutText(source, textLimits.attribution)
  hit.medium = cutText(medium, textLimits.attribution)
  hit.campaign = cutText(campaign, textLimits.attribution)
  const term = clean(params, 'utm_term')
  if (term !== '') hit.term = cutText(term, textLimits.attribution)
  const content = clean(params, 'utm_content')
  if (content !== '') hit.content = cutText(content, textLimits.attribution)
  const clickIds = readClickIds(params)
  if (clickIds !== undefined) hit.clickIds = clickIds
}
