import type { ComponentType, VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Notice } from './notice.tsx'
import { text } from './text.ts'

/** A part of the page whose code is loaded when it is first shown: a dialog, say. Until then there is nothing. */
export function createLazy<Props extends object>(load: () => Promise<ComponentType<Props>>): (props: Props) => VNode | null {
  let loaded: ComponentType<Props> | undefined

  return function Lazy(props) {
    const [error, setError] = useState<Error>()
    const [, setReady] = useState(loaded !== undefined)
    const [attempt, setAttempt] = useState(0)
    useEffect(() => {
      if (loaded) return
      setError(undefined)
      load().then(
        (part) => {
          loaded = part
          setReady(true)
        },
        (cause: unknown) => setError(new Error(text.noPage, { cause })),
      )
    }, [attempt])
    if (error) return <Notice error={error} onRetry={() => setAttempt(attempt + 1)} />
    const Part = loaded
    return Part ? <Part {...props} /> : null
  }
}
