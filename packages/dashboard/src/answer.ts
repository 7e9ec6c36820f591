import { useEffect, useRef, useState } from 'preact/hooks'
import { isAbort } from './api.ts'

export interface Answer<T> {
  /** The last one that arrived. It stays while the next one is under way, so that nothing flashes. */
  value?: T
  /** Whether `value` answers an earlier question. */
  isStale: boolean
  /** Why the question has no answer. A failed refresh is none: the numbers stay, the header says it. */
  error?: Error
  retry(): void
}

interface State<T> {
  key?: string
  value?: T
  error?: Error
}

/**
 * Asks when `key` changes, giving up the question before, and again whenever `revision` does. A
 * refresh never overtakes another: a slow answer on a busy site would otherwise never arrive. And it
 * rests before the next one, so that a collector that is slow is not kept at work by its readers.
 */
export function useAnswer<T>(key: string, revision: number, load: (signal: AbortSignal) => Promise<T>): Answer<T> {
  const [state, setState] = useState<State<T>>({})
  const [attempt, setAttempt] = useState(0)
  const refresh = useRef(() => {})
  const asked = useRef(revision)

  useEffect(() => {
    const controller = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const ask = () =>
      load(controller.signal).then(
        (value) => setState({ key, value }),
        (error: Error & { retryAfter?: number | undefined }) => {
          if (isAbort(error)) return
          if (error.retryAfter !== undefined) timer = setTimeout(() => refresh.current(), error.retryAfter)
          setState((old) => (old.key === key && old.value !== undefined ? old : { key, error }))
        },
      )
    refresh.current = oneAtATime(ask, controller.signal)
    asked.current = revision
    refresh.current()
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [key, attempt])

  useEffect(() => {
    if (asked.current !== revision) refresh.current()
    asked.current = revision
  }, [revision])

  return { ...state, isStale: state.key !== key, retry: () => setAttempt(attempt + 1) }
}

/** Calls made while one is under way become one call after it, and after a rest of three times as long. */
function oneAtATime(task: () => Promise<void>, signal: AbortSignal): () => void {
  let isRunning = false
  let isWanted = false
  return async function run() {
    isWanted = true
    if (isRunning) return
    isRunning = true
    while (isWanted && !signal.aborted) {
      isWanted = false
      const started = performance.now()
      await task()
      await restFor((performance.now() - started) * 3, signal)
    }
    isRunning = false
  }
}

const longestRest = 30_000

/** Waits so many ms, or until the signal. */
function restFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.min(ms, longestRest))
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })
}
