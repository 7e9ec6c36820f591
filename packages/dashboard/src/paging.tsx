import type { VNode } from 'preact'
import { text } from './text.ts'

interface PagingProps {
  page: number
  pages: number
  /** What is said between the two buttons, such as `Page 2 of 7`. */
  said: string
  onMove: (page: number) => void
}

/** From page to page. It stays where there is one only: it says how many there are. */
export function Paging({ page, pages, said, onMove }: PagingProps): VNode {
  return (
    <footer class="paging">
      <button type="button" class="button" disabled={page <= 1} onClick={() => onMove(page - 1)}>
        {text.previous}
      </button>
      <span role="status">{said}</span>
      <button type="button" class="button" disabled={page >= pages} onClick={() => onMove(page + 1)}>
        {text.next}
      </button>
    </footer>
  )
}
