import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { FullList } from './fullList.tsx'
import { useList } from './list.ts'
import type { Navigation } from './navigation.ts'
import { Notice } from './notice.tsx'
import { hidesEmpty, type PanelKind, type TabDimension } from './panels.ts'
import { Rows } from './rows.tsx'
import { text } from './text.ts'
import { openTab } from './view.ts'

const visibleRows = 9

interface PanelProps {
  panel: PanelKind
  navigation: Navigation
}

/** The first rows of a list, with tabs for its dimensions. */
export function Panel({ panel, navigation }: PanelProps): VNode {
  const dimension = openTab(navigation.view, panel)
  const [isFull, setFull] = useState(false)
  return (
    <section class="sheet panel" aria-label={text.panels[panel.id]}>
      <header class="panel-header">
        <h2>{text.panels[panel.id]}</h2>
        <Tabs panel={panel} navigation={navigation} />
      </header>
      <TopRows dimension={dimension} navigation={navigation} onMore={() => setFull(true)} />
      {isFull && <FullList dimension={dimension} navigation={navigation} onClose={() => setFull(false)} />}
    </section>
  )
}

function Tabs({ panel, navigation }: PanelProps) {
  const { tabs } = navigation.view
  return (
    <div class="tabs" role="group" aria-label={text.panels[panel.id]}>
      {panel.tabs.map((tab) => (
        <button
          key={tab}
          type="button"
          aria-pressed={tab === openTab(navigation.view, panel)}
          onClick={() => navigation.turn({ tabs: { ...tabs, [panel.id]: tab } })}
        >
          {text.tabs[tab]}
        </button>
      ))}
    </div>
  )
}

interface TopRowsProps {
  dimension: TabDimension
  navigation: Navigation
  onMore: () => void
}

function TopRows({ dimension, navigation, onMore }: TopRowsProps) {
  // One in reserve for the empty value, where that is left out.
  const { value: list, error, isStale, retry } = useList(dimension, { limit: visibleRows + 1 })
  if (error) return <Notice error={error} onRetry={retry} />
  if (!list) return <div class="panel-rows is-pending" role="status" aria-label={text.loading} />

  const rows = list.rows.slice(0, visibleRows)
  const hasMore = list.rows.length > rows.length || list.total > list.reached
  return (
    <>
      <div class={isStale ? 'panel-rows is-stale' : 'panel-rows'}>
        {rows.length === 0 ? (
          <p class="empty">{hidesEmpty(list.dimension) ? text.noCampaigns : text.noData}</p>
        ) : (
          <Rows dimension={list.dimension} rows={rows} navigation={navigation} />
        )}
      </div>
      <div class="panel-footer">
        {hasMore && rows.length > 0 && (
          <button type="button" class="link" aria-label={text.moreOf(text.tabs[dimension])} onClick={onMore}>
            {text.more}
          </button>
        )}
      </div>
    </>
  )
}
