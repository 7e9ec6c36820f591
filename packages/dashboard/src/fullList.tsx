import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { formatNumber } from './format.ts'
import type { Navigation } from './navigation.ts'
import { Notice } from './notice.tsx'
import { hidesEmpty, type TabDimension } from './panels.ts'
import { Rows } from './rows.tsx'
import { useQuery } from './scope.ts'
import { text } from './text.ts'

const pageRows = 50

interface FullListProps {
  dimension: TabDimension
  navigation: Navigation
  onClose: () => void
}

/** Every row of a list, page by page. */
export function FullList({ dimension, navigation, onClose }: FullListProps): VNode {
  const dialog = useRef<HTMLDialogElement>(null)
  const [offset, setOffset] = useState(0)
  const answer = useQuery({
    metrics: ['visitors', 'percentage'],
    dimensions: [dimension],
    order_by: [
      ['visitors', 'desc'],
      [dimension, 'asc'],
    ],
    include: { total_rows: true },
    pagination: { limit: pageRows, offset },
  })
  const full = useRef<number>(undefined)
  const rows = answer.value?.results ?? []
  if (offset === 0 && !answer.isStale) full.current = rows[0]?.metrics[0] ?? undefined

  useEffect(() => dialog.current?.showModal(), [])
  const closeOutside = (event: MouseEvent) => {
    if (event.target === dialog.current) dialog.current?.close()
  }

  return (
    <dialog ref={dialog} class="dialog" aria-label={text.tabs[dimension]} onClose={onClose} onClick={closeOutside}>
      <div class="dialog-body">
        <header class="panel-header">
          <h2>{text.tabs[dimension]}</h2>
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            {text.close}
          </button>
        </header>
        {answer.error && <Notice error={answer.error} onRetry={answer.retry} />}
        <div class={answer.isStale ? 'dialog-rows is-stale' : 'dialog-rows'}>
          <Rows
            dimension={dimension}
            rows={rows.filter((row) => row.dimensions[0] !== '' || !hidesEmpty(dimension))}
            full={full.current}
            navigation={navigation}
            onChoose={() => dialog.current?.close()}
          />
        </div>
        <Paging offset={offset} shown={rows.length} total={answer.value?.meta.total_rows} onMove={setOffset} />
      </div>
    </dialog>
  )
}

interface PagingProps {
  offset: number
  shown: number
  total: number | undefined
  onMove: (offset: number) => void
}

function Paging({ offset, shown, total = offset + shown, onMove }: PagingProps) {
  if (total <= pageRows) return null
  return (
    <footer class="paging">
      <button type="button" class="button" disabled={offset === 0} onClick={() => onMove(offset - pageRows)}>
        {text.previous}
      </button>
      <span>{text.rowsOf(formatNumber(offset + 1), formatNumber(offset + shown), formatNumber(total))}</span>
      <button type="button" class="button" disabled={offset + shown >= total} onClick={() => onMove(offset + pageRows)}>
        {text.next}
      </button>
    </footer>
  )
}
