import type { VNode } from 'preact'
import { panelColumns } from './columns.ts'
import { EmptyList } from './emptyList.tsx'
import { type Dimension, isFiltered, toggleFilter } from './filter.ts'
import { FullList } from './fullList.tsx'
import { useList } from './list.ts'
import { openList, readListDetail, writeListDetail } from './listDetail.ts'
import type { Navigation } from './navigation.ts'
import { Notice } from './notice.tsx'
import { dimensionOf, findTab, type PanelKind, type Tab, tabName } from './panels.ts'
import { Rows } from './rows.tsx'
import { Tabs } from './tabs.tsx'
import { text } from './text.ts'
import { openTab } from './view.ts'
import { WorldMap } from './worldMap.tsx'

const visibleRows = 9

interface PanelProps {
  panel: PanelKind
  navigation: Navigation
  /** Beside the tabs. */
  actions?: VNode | undefined
}

/** The first rows of a list, with tabs for its dimensions. */
export function Panel({ panel, navigation, actions }: PanelProps): VNode {
  const { view } = navigation
  const tab = openTab(view, panel)
  const dimension = dimensionOf(tab, view.filters)
  const detail = readListDetail(view.detail)
  const detailDimension = detail && findTab(panel, detail.tab) && dimensionOf(detail.tab, view.filters)
  const choose = (chosen: Dimension, value: string) => filterBy(navigation, chosen, value)
  const openFull = () => navigation.go({ detail: writeListDetail(openList(tab)) })
  return (
    <section class={panel.isWide ? 'sheet panel is-wide' : 'sheet panel'} aria-label={text.panels[panel.id]}>
      <header class="panel-header">
        <h2>{text.panels[panel.id]}</h2>
        <Tabs panel={panel} navigation={navigation} />
        {actions}
      </header>
      {tab === 'map' && <WorldMap onChoose={(code) => choose('visit:country', code)} filters={view.filters} />}
      {tab !== 'map' && dimension && (
        <TopRows tab={tab} dimension={dimension} navigation={navigation} onChoose={choose} onMore={openFull} />
      )}
      {!dimension && <EmptyList tab={tab} />}
      {detail && detailDimension && (
        <FullList dimension={detailDimension} detail={detail} navigation={navigation} onChoose={choose} />
      )}
    </section>
  )
}

/** A click on an event shows its props beside; back returns to the events. */
function filterBy(navigation: Navigation, dimension: Dimension, value: string): void {
  const { filters, tabs } = navigation.view
  const showsProps = dimension === 'event:name' && !isFiltered(filters, dimension, value)
  navigation.go({
    filters: toggleFilter(filters, dimension, value),
    detail: '',
    ...(showsProps ? { tabs: { ...tabs, events: 'props' } } : {}),
  })
}

interface TopRowsProps {
  tab: Tab
  dimension: Dimension
  navigation: Navigation
  onChoose: (dimension: Dimension, value: string) => void
  onMore: () => void
}

function TopRows({ tab, dimension, navigation, onChoose, onMore }: TopRowsProps) {
  // One in reserve for the empty value, where that is left out.
  const question = { dimension, columns: panelColumns(dimension), limit: visibleRows + 1 }
  const { value: list, error, isStale, retry } = useList(question)
  if (error) return <Notice error={error} onRetry={retry} />
  if (!list) return <div class="panel-rows is-pending" role="status" aria-label={text.loading} />

  const rows = list.rows.slice(0, visibleRows)
  const hasMore = list.rows.length > rows.length || list.total > list.reached
  return (
    <>
      <div class={isStale ? 'panel-rows is-stale' : 'panel-rows'}>
        {rows.length === 0 ? (
          <EmptyList tab={tab} />
        ) : (
          <Rows list={{ ...list, rows }} navigation={navigation} onChoose={onChoose} />
        )}
      </div>
      {/* Where the page has filters, the chart says it once for all. */}
      {list.lacksImports && navigation.view.filters.length === 0 && <p class="list-note">{text.importsSkipped}</p>}
      <div class="panel-footer">
        {(hasMore || rows.length > 0) && (
          <button type="button" class="link" aria-label={text.moreOf(tabName(tab))} onClick={onMore}>
            {text.more}
          </button>
        )}
      </div>
    </>
  )
}
