import { remember } from '../remember.ts'
import { channelOf, type Touch } from './channelOf.ts'
import type { EnrichStep } from './step.ts'

/** The class of source that a visit came from; none for a direct one. Behind addPage and addAttribution, whose fields it reads. */
export const addChannel: EnrichStep = (hit) => {
  const source = hit.source || hit.referrerHost
  if (source === '' && hit.medium === '' && hit.campaign === '') return
  const channel = channelOfKey(`${source}\n${hit.medium}\n${hit.campaign}\n${clickedAt(hit.clickIds)}`)
  if (channel !== '') hit.channel = channel
}

// None of the four can hold a line break: it was made a space in values, and a host has none.
const channelOfKey = remember(2000, (key: string): string => {
  const [source, medium, campaign, clicked] = key.split('\n') as [string, string, string, Touch['clicked']]
  return channelOf({ source, medium, campaign, clicked })
})

/** gbraid and wbraid are what Google sends in place of gclid where an iPhone's rules forbid that. */
function clickedAt(clickIds: Record<string, string> | undefined): Touch['clicked'] {
  if (clickIds === undefined) return ''
  if (clickIds['gclid'] ?? clickIds['gbraid'] ?? clickIds['wbraid']) return 'Google'
  return clickIds['msclkid'] ? 'Bing' : ''
}
