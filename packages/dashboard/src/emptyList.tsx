import type { VNode } from 'preact'
import type { Tab } from './panels.ts'
import { text } from './text.ts'

/** What a list says without rows: where somebody has to do something first, what that is. */
export function EmptyList({ tab }: { tab: Tab }): VNode {
  return <p class="empty">{reasonOf(tab)}</p>
}

function reasonOf(tab: Tab): string {
  if (tab.startsWith('visit:utm_')) return text.empty.campaigns
  if (tab === 'map' || /^visit:(country|region|city)$/.test(tab)) return text.empty.places
  if (tab === 'event:goal') return text.empty.goals
  if (tab === 'event:name') return text.empty.events
  return tab === 'props' || tab.startsWith('event:props:') ? text.empty.props : text.noData
}
