import type { VNode } from 'preact'
import { useId, useState } from 'preact/hooks'
import type { Access } from '../api.ts'
import { Dialog } from '../dialog.tsx'
import { Field } from '../field.tsx'
import { isFiltered, toggleFilter } from '../filter.ts'
import type { Navigation } from '../navigation.ts'
import { Notice } from '../notice.tsx'
import { useScope } from '../scope.ts'
import { describeFilter, type Segment, toSegmentFilters } from './segment.ts'
import { useSegments } from './useSegments.ts'
import { words } from './words.ts'

interface SegmentsDialogProps {
  navigation: Navigation
  access: Access
}

/** The saved filters to choose from; owners save those that are set. */
export function SegmentsDialog({ navigation, access }: SegmentsDialogProps): VNode {
  const { client, base } = useScope()
  const [changes, setChanges] = useState(0)
  const [problem, setProblem] = useState<string>()
  const { value, error, retry } = useSegments(true, changes)
  const { filters } = navigation.view
  const segments = value?.segments ?? []
  const isOwner = access.role === 'owner'

  const show = (id: string) => navigation.turn({ filters: [['is', 'segment', [id]]], detail: '' })
  async function save(task: (wanted: unknown[]) => Promise<Segment>): Promise<void> {
    try {
      const { id } = await task(toSegmentFilters(filters, segments))
      setChanges((count) => count + 1)
      show(id)
    } catch (cause) {
      setProblem((cause as Error).message)
    }
  }
  const add = (name: string) => save((wanted) => client.post('api/segments', { site_id: base.site_id, name, filters: wanted }))
  const replace = ({ id, name }: Segment) => save((wanted) => client.put('api/segments', { site_id: base.site_id, id, name, filters: wanted }))

  return (
    <Dialog title={words.title} onClose={() => navigation.turn({ detail: '' })}>
      <p class="hint">{words.explain}</p>
      {error && <Notice error={error} onRetry={retry} />}
      {value && segments.length === 0 && <p class="empty">{words.none}</p>}
      <ul class="segments">
        {segments.map((segment) => (
          <SegmentItem
            key={segment.id}
            segment={segment}
            isChosen={isFiltered(filters, 'segment', segment.id)}
            onChoose={() => navigation.turn({ filters: toggleFilter(filters, 'segment', segment.id), detail: '' })}
            onReplace={isOwner && filters.length > 0 ? () => void replace(segment) : undefined}
          />
        ))}
      </ul>
      {isOwner && (filters.length > 0 ? <SaveForm problem={problem} onSave={(name) => void add(name)} /> : <p class="hint">{words.setFirst}</p>)}
      {isOwner && segments.length > 0 && (
        <button type="button" class="link" onClick={() => navigation.go({ page: 'settings', more: { section: 'segments' }, detail: '' })}>
          {words.manage}
        </button>
      )}
    </Dialog>
  )
}

interface SegmentItemProps {
  segment: Segment
  isChosen: boolean
  onChoose: () => void
  onReplace: (() => void) | undefined
}

function SegmentItem({ segment: { name, filters }, isChosen, onChoose, onReplace }: SegmentItemProps) {
  const id = useId()
  return (
    <li>
      <button type="button" class="segment-name" aria-pressed={isChosen} aria-describedby={id} onClick={onChoose}>
        <bdi>{name}</bdi>
      </button>
      {onReplace && (
        <button type="button" class="link" aria-label={words.replaceNamed(name)} onClick={onReplace}>
          {words.replace}
        </button>
      )}
      <span id={id} class="quiet">
        <bdi>{filters.map(describeFilter).join(' · ')}</bdi>
      </span>
    </li>
  )
}

function SaveForm({ problem, onSave }: { problem: string | undefined; onSave: (name: string) => void }) {
  const [name, setName] = useState('')
  function submit(event: SubmitEvent): void {
    event.preventDefault()
    onSave(name)
  }
  return (
    <form class="settings-form" onSubmit={submit}>
      <Field label={words.saveAs} problem={problem}>
        <input class="field" required maxLength={80} value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </Field>
      <button type="submit" class="button is-primary">
        {words.save}
      </button>
    </form>
  )
}
