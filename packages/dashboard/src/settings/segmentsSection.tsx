import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { AdminPageProps } from '../adminPages.ts'
import { useAnswer } from '../answer.ts'
import { Confirm } from '../confirm.tsx'
import { DataTable } from '../dataTable.tsx'
import { Dialog } from '../dialog.tsx'
import { Field } from '../field.tsx'
import { Notice } from '../notice.tsx'
import { describeFilter, type Segment } from '../segments/segment.ts'
import { words } from './segmentsWords.ts'

/** Saved filters: made, renamed, changed and deleted. */
export function SegmentsSection({ client, site, navigation }: AdminPageProps): VNode {
  const [changes, setChanges] = useState(0)
  const [changed, setChanged] = useState<Segment>()
  const [removed, setRemoved] = useState<Segment>()
  const { value, error, retry } = useAnswer(site.id, changes, (signal) => client.get<{ segments: Segment[] }>('api/segments', { site_id: site.id }, signal))
  const recount = () => setChanges((count) => count + 1)

  const add = async (wanted: Wanted) => {
    await client.post('api/segments', { site_id: site.id, ...wanted })
    recount()
  }
  const change = async ({ id }: Segment, wanted: Wanted) => {
    await client.put('api/segments', { site_id: site.id, id, ...wanted })
    setChanged(undefined)
    recount()
  }
  const askToRemove = async ({ id }: Segment) => (await client.remove<{ sentence: string }>('api/segments', { site_id: site.id, id, dry_run: 1 })).sentence
  const remove = async ({ id }: Segment) => {
    await client.remove('api/segments', { site_id: site.id, id })
    recount()
    return ''
  }

  return (
    <>
      <p class="hint">{words.explain}</p>
      {error && <Notice error={error} onRetry={retry} />}
      {value && (
        <DataTable
          caption={words.caption}
          empty={words.empty}
          rows={value.segments}
          keyOf={({ id }) => id}
          columns={[
            { name: words.name, cell: ({ name }) => <bdi>{name}</bdi> },
            { name: words.filters, cell: ({ filters }) => <bdi>{filters.map(describeFilter).join(' · ')}</bdi> },
            {
              name: words.actions,
              cell: (segment) => (
                <span class="row-actions">
                  <button type="button" class="link" aria-label={words.showNamed(segment.name)} onClick={() => navigation.go({ page: 'overview', more: {}, filters: [['is', 'segment', [segment.id]]] })}>
                    {words.show}
                  </button>
                  <button type="button" class="link" aria-label={words.changeNamed(segment.name)} onClick={() => setChanged(segment)}>
                    {words.change}
                  </button>
                  <button type="button" class="link" aria-label={words.deleteNamed(segment.name)} onClick={() => setRemoved(segment)}>
                    {words.delete}
                  </button>
                </span>
              ),
            },
          ]}
        />
      )}
      <SegmentForm key={changes} action={words.add} onSave={add} />
      {changed && (
        <Dialog title={words.changeTitle} onClose={() => setChanged(undefined)}>
          <SegmentForm old={changed} action={words.save} onSave={(wanted) => change(changed, wanted)} />
        </Dialog>
      )}
      {removed && (
        <Confirm title={words.deleteTitle} action={words.delete} describe={() => askToRemove(removed)} onConfirm={() => remove(removed)} onClose={() => setRemoved(undefined)} />
      )}
    </>
  )
}

interface Wanted {
  name: string
  filters: unknown
}

function SegmentForm({ old, action, onSave }: { old?: Segment; action: string; onSave: (wanted: Wanted) => Promise<void> }) {
  const [name, setName] = useState(old?.name ?? '')
  const [filters, setFilters] = useState(old ? JSON.stringify(old.filters) : '')
  const [problem, setProblem] = useState('')

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    try {
      await onSave({ name, filters: readJson(filters) })
    } catch (error) {
      setProblem((error as Error).message)
    }
  }
  const ofFilters = problem.startsWith('filters')

  return (
    <form class="settings-form" onSubmit={submit}>
      <Field label={words.name} problem={problem === '' || ofFilters ? undefined : problem}>
        <input class="field" required maxLength={80} value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </Field>
      <Field label={words.filters} hint={words.filtersHint} problem={ofFilters ? problem : undefined}>
        <textarea class="field segment-filters" required rows={3} spellcheck={false} value={filters} onInput={(event) => setFilters(event.currentTarget.value)} />
      </Field>
      <button type="submit" class="button is-primary">
        {action}
      </button>
    </form>
  )
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error(words.noJson((cause as Error).message), { cause })
  }
}
