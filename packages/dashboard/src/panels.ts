import type { Dimension, Filter } from './filter.ts'
import { text } from './text.ts'

/** What a panel can show: the values of a dimension, the countries on a map, or the props of events. */
export type Tab = keyof typeof text.tabs | `event:props:${string}`

/** A list of the page. A further panel is one more entry in {@link panels}. */
export interface PanelKind {
  id: keyof typeof text.panels
  /** The first one opens. */
  tabs: readonly [Tab, ...Tab[]]
  /** Takes both columns of the page. */
  isWide?: true
}

export const panels: readonly PanelKind[] = [
  { id: 'pages', tabs: ['event:page', 'visit:entry_page', 'visit:exit_page'] },
  {
    id: 'sources',
    tabs: [
      'visit:source',
      'visit:channel',
      'visit:referrer',
      'visit:utm_campaign',
      'visit:utm_source',
      'visit:utm_medium',
      'visit:utm_term',
      'visit:utm_content',
    ],
  },
  { id: 'places', tabs: ['map', 'visit:country', 'visit:region', 'visit:city', 'visit:language'] },
  { id: 'devices', tabs: ['visit:browser', 'visit:os', 'visit:device', 'visit:screen_class'] },
  { id: 'events', tabs: ['event:goal', 'event:name', 'props'], isWide: true },
]

const propPrefix = 'event:props:'

/** The tab of this name, if the panel has it; the props of events are as many as their senders like. */
export function findTab({ tabs }: PanelKind, name: string): Tab | undefined {
  if (isProp(name) && tabs.includes('props')) return name
  return tabs.find((tab) => tab === name)
}

/** What a tab is called. A prop is called as its sender calls it. */
export function tabName(tab: Tab): string {
  return isProp(tab) ? tab.slice(propPrefix.length) : text.tabs[tab]
}

/** Tabs that share one place among the tabs, with a choice of their own. */
export function groupOf(tab: Tab): Tab {
  if (isProp(tab)) return 'props'
  return tab.startsWith('visit:utm_') ? 'visit:utm_campaign' : tab
}

/** Whether a tab shows a prop of events: `event:props:plan`. */
export function isProp(tab: string): tab is `event:props:${string}` {
  return tab.startsWith(propPrefix) && tab.length > propPrefix.length
}

/**
 * The values that a tab lists. Among the visitors of one browser or system it lists the versions. Undefined where the
 * prop is still to be chosen.
 */
export function dimensionOf(tab: Tab, filters: readonly Filter[] = []): Dimension | undefined {
  if (tab === 'props') return undefined
  if (tab === 'map') return 'visit:country'
  if ((tab === 'visit:browser' || tab === 'visit:os') && isOne(filters, tab)) return `${tab}_version`
  return tab
}

function isOne(filters: readonly Filter[], dimension: Dimension): boolean {
  return filters.some(([operator, other, values]) => operator === 'is' && other === dimension && values.length === 1)
}
