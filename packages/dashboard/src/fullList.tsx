import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { formatExact } from './format.ts'
import { type List, useList } from './list.ts'
import type { Navigation } from './navigation.ts'
import { Notice } from './notice.tsx'
import type { TabDimension } from './panels.ts'
import { Rows } from './rows.tsx'
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
  const full = useRef<number>(undefined)
  const [offset, setOffset] = useState(0)
  const { value: list, error, isStale, retry } = useList(dimension, { limit: pageRows, offset })
  // Bars of later pages keep the scale of the first one.
  if (offset === 0 && !isStale) full.current = list?.rows[0]?.metrics[0] ?? undefined

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
        {error && <Notice error={error} onRetry={retry} />}
        <div class={isStale ? 'dialog-rows is-stale' : 'dialog-rows'}>
          <Rows
            dimension={list?.dimension ?? dimension}
            rows={list?.rows ?? []}
            full={full.current}
            navigation={navigation}
            onChoose={() => dialog.current?.close()}
          />
        </div>
        {list && <Paging list={list} onMove={setOffset} />}
      </div>
    </dialog>
  )
}

function Paging({ list, onMove }: { list: List; onMove: (offset: number) => void }) {
  const { offset, reached, total } = list
  if (total <= pageRows) return null
  return (
    <footer class="paging">
      <button type="button" class="button" disabled={offset === 0} onClick={() => onMove(offset - pageRows)}>
        {text.previous}
      </button>
      <span>{text.rowsOf(formatExact(offset + 1), formatExact(reached), formatExact(total))}</span>
      <button type="button" class="button" disabled={reached >= total} onClick={() => onMove(offset + pageRows)}>
        {text.next}
      </button>
    </footer>
  )
}
