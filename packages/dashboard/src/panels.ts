import type { Dimension } from './filter.ts'
import type { text } from './text.ts'

export type TabDimension = Dimension & keyof typeof text.tabs

/** A list of the page: one dimension per tab. A further panel is one more entry here. */
export interface PanelKind {
  id: keyof typeof text.panels
  /** The first one opens. */
  tabs: readonly [TabDimension, ...TabDimension[]]
}

export const panels: readonly PanelKind[] = [
  { id: 'pages', tabs: ['event:page', 'visit:entry_page', 'visit:exit_page'] },
  { id: 'sources', tabs: ['visit:source', 'visit:referrer', 'visit:utm_campaign', 'visit:utm_medium'] },
]

/** Whether visitors without a value are left out: most links carry no campaign. */
export function hidesEmpty(dimension: Dimension): boolean {
  return dimension.startsWith('visit:utm_')
}
