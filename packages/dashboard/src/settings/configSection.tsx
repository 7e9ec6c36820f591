import type { VNode } from 'preact'
import type { AdminPageProps } from '../adminPages.ts'
import { useAnswer } from '../answer.ts'
import { DataTable } from '../dataTable.tsx'
import { Notice } from '../notice.tsx'
import { configWords as said } from './configWords.ts'

interface Settings {
  settings: Record<string, { value?: unknown; from: string }>
}

/** Every setting in force, and where it comes from. */
export function ConfigSection({ client }: AdminPageProps): VNode {
  const { value, error, retry } = useAnswer('config', 0, (signal) => client.get<Settings>('api/config', {}, signal))
  return (
    <>
      <p class="hint">{said.configExplain}</p>
      {error && <Notice error={error} onRetry={retry} />}
      {value && (
        <DataTable
          caption={said.caption}
          empty={said.empty}
          rows={Object.entries(value.settings)}
          keyOf={([path]) => path}
          columns={[
            { name: said.setting, cell: ([path]) => path },
            { name: said.value, cell: ([, setting]) => <bdi>{textOf(setting.value)}</bdi> },
            { name: said.from, cell: ([, { from }]) => from },
          ]}
        />
      )}
    </>
  )
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return said.notSet
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.length === 0 ? said.none : value.join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
