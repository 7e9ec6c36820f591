import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'
import { cellValue, listColumns } from './columns.ts'
import { Dialog } from './dialog.tsx'
import { DownloadButton } from './downloadButton.tsx'
import type { Dimension } from './filter.ts'
import { formatExact } from './format.ts'
import { type List, type ListQuestion, useList } from './list.ts'
import { type ListDetail, writeListDetail } from './listDetail.ts'
import type { Navigation } from './navigation.ts'
import { Notice } from './notice.tsx'
import { tabName } from './panels.ts'
import { Rows } from './rows.tsx'
import { SearchField } from './searchField.tsx'
import { text } from './text.ts'

const pageRows = 50

interface FullListProps {
  dimension: Dimension
  detail: ListDetail
  navigation: Navigation
  onChoose: (dimension: Dimension, value: string) => void
}

/** Every row of a list, page by page, in any order, to search and to download. */
export function FullList({ dimension, detail, navigation, onChoose }: FullListProps): VNode {
  const full = useRef<number>(undefined)
  const { tab, order, offset, search } = detail
  const question: ListQuestion = { dimension, columns: listColumns(dimension), order, search, limit: pageRows, offset }
  const { value: list, error, isStale, retry } = useList(question)
  // Bars of later pages keep the scale of the first one.
  if (offset === 0 && list && !isStale) full.current = Math.max(0, ...list.rows.map((row) => cellValue(row.cells[0])))
  const show = (change: Partial<ListDetail>) => navigation.turn({ detail: writeListDetail({ ...detail, offset: 0, ...change }) })

  return (
    <Dialog
      title={tabName(tab)}
      isWide
      onClose={() => navigation.turn({ detail: '' })}
      actions={<DownloadButton question={question} />}
    >
      <SearchField label={text.search} value={search} autofocus={matchMedia('(hover: hover)').matches} onSearch={(next) => show({ search: next })} />
      {error && <Notice error={error} onRetry={retry} />}
      <div class={isStale ? 'dialog-rows is-stale' : 'dialog-rows'} tabIndex={-1}>
        {!list && !error && <div class="panel-rows is-pending" role="status" aria-label={text.loading} />}
        {list && (
          <Rows
            list={list}
            full={full.current}
            navigation={navigation}
            onChoose={onChoose}
            sorting={{ order, onSort: (next) => show({ order: next }) }}
          />
        )}
        {list?.rows.length === 0 && <p class="empty">{search === '' ? text.noData : text.nothingFound}</p>}
        {list?.lacksImports && <p class="list-note">{text.importsSkipped}</p>}
        {list?.rows.some(({ value }) => value === text.other) && <p class="list-note">{text.otherMeaning}</p>}
      </div>
      {list && <Paging list={list} onMove={(to) => show({ offset: to })} />}
    </Dialog>
  )
}

function Paging({ list, onMove }: { list: List; onMove: (offset: number) => void }) {
  const { offset, reached, total } = list
  if (total <= pageRows && offset === 0) return null
  return (
    <footer class="paging">
      <button type="button" class="button" disabled={offset === 0} onClick={() => onMove(Math.max(0, offset - pageRows))}>
        {text.previous}
      </button>
      <span role="status">{text.rowsOf(formatExact(offset + 1), formatExact(reached), formatExact(total))}</span>
      <button type="button" class="button" disabled={reached >= total} onClick={() => onMove(offset + pageRows)}>
        {text.next}
      </button>
    </footer>
  )
}

