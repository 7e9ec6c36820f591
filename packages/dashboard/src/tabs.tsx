import type { VNode } from 'preact'
import type { Navigation } from './navigation.ts'
import { groupOf, type PanelKind, type Tab, tabName } from './panels.ts'
import { PropChoice } from './propChoice.tsx'
import { text } from './text.ts'
import { openTab } from './view.ts'

interface TabsProps {
  panel: PanelKind
  navigation: Navigation
}

/** The ways to look at a panel's visitors. Those of one group share a tab, and a choice beside it. */
export function Tabs({ panel, navigation }: TabsProps): VNode {
  const open = openTab(navigation.view, panel)
  const choose = (tab: Tab) => navigation.turn({ tabs: { ...navigation.view.tabs, [panel.id]: tab } })
  // The tab of an open group keeps what was chosen within.
  const openGroup = (tab: Tab) => tab !== groupOf(open) && choose(tab)
  return (
    <div class="tabs" role="group" aria-label={text.panels[panel.id]}>
      {panel.tabs
        .filter((tab) => groupOf(tab) === tab)
        .map((tab) => (
          <button key={tab} type="button" aria-pressed={tab === groupOf(open)} onClick={() => openGroup(tab)}>
            {tabName(tab)}
          </button>
        ))}
      {open.startsWith('visit:utm_') && <CampaignChoice tabs={panel.tabs} open={open} onChoose={choose} />}
      {groupOf(open) === 'props' && <PropChoice open={open} onChoose={choose} filters={navigation.view.filters} />}
    </div>
  )
}

interface CampaignChoiceProps {
  tabs: readonly Tab[]
  open: Tab
  onChoose: (tab: Tab) => void
}

function CampaignChoice({ tabs, open, onChoose }: CampaignChoiceProps) {
  return (
    <select
      class="select is-small"
      aria-label={text.chooseOf['visit:utm_campaign']}
      value={open}
      onChange={(event) => onChoose(event.currentTarget.value as Tab)}
    >
      {tabs
        .filter((tab) => tab.startsWith('visit:utm_'))
        .map((tab) => (
          <option key={tab} value={tab}>
            {text.campaignParts[tab as keyof typeof text.campaignParts]}
          </option>
        ))}
    </select>
  )
}
