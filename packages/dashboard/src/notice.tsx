import type { VNode } from 'preact'
import { Mark } from './mark.tsx'
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

/** The same in place of the whole page, where the collector cannot even be asked who is there. */
export function NoticePage({ error, onRetry }: { error: Error; onRetry: () => void }): VNode {
  return (
    <main class="gate">
      <Mark />
      <h1>{text.product}</h1>
      <Notice error={error} onRetry={onRetry} />
    </main>
  )
}
