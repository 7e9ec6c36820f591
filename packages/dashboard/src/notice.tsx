import type { VNode } from 'preact'
import { text } from './text.ts'

/** What went wrong, and the way on. */
export function Notice({ error, onRetry }: { error: Error; onRetry: () => void }): VNode {
  return (
    <div class="notice" role="alert">
      <p>{error.message}</p>
      <button type="button" class="button" onClick={onRetry}>
        {text.retry}
      </button>
    </div>
  )
}
