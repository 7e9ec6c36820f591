import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { listQuery, type ListQuestion } from './list.ts'
import { toQuery, useScope } from './scope.ts'
import { text } from './text.ts'

/** The most rows that the API answers at once. */
const mostRows = 10_000

/** Saves the whole of a list as it is searched and sorted. */
export function DownloadButton({ question }: { question: ListQuestion }): VNode {
  const scope = useScope()
  const [error, setError] = useState<string>()

  async function download(): Promise<void> {
    try {
      const query = toQuery(scope, listQuery({ ...question, limit: mostRows, offset: 0 }))
      saveFile(await scope.client.csv(query), fileName(question))
      setError(undefined)
    } catch (cause) {
      setError((cause as Error).message)
    }
  }

  return (
    <>
      {error && <span class="problem-note" role="alert">{error}</span>}
      <button type="button" class="button" onClick={download}>
        {text.download}
      </button>
    </>
  )
}

/** A name that every system takes, whatever a prop is called: `source.csv`. */
function fileName({ dimension }: ListQuestion): string {
  return `${dimension.replace(/^\w+:/, '').replace(/[^a-z0-9]+/gi, '-').slice(0, 60)}.csv`
}

function saveFile(file: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  // A browser that has begun to save keeps what it needs.
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
}
