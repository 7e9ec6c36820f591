import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Confirm } from '../confirm.tsx'
import { DataTable } from '../dataTable.tsx'
import { Dialog } from '../dialog.tsx'
import { formatBucket } from '../format.ts'
import { safeHref } from '../href.ts'
import { useScope } from '../scope.ts'
import { type Annotation, clockOf } from './annotation.ts'
import { AnnotationForm, type WantedAnnotation } from './annotationForm.tsx'
import { words } from './words.ts'

interface AnnotationsDialogProps {
  annotations: readonly Annotation[]
  /** The site's. */
  timezone: string
  isOwner: boolean
  /** They are others now. */
  onChange: () => void
  onClose: () => void
}

/** What happened in the period of the chart; owners add to it, change and delete. */
export function AnnotationsDialog({ annotations, timezone, isOwner, onChange, onClose }: AnnotationsDialogProps): VNode {
  const { client, base } = useScope()
  const [saved, setSaved] = useState(0)
  const [changed, setChanged] = useState<Annotation>()
  const [removed, setRemoved] = useState<Annotation>()

  async function save(wanted: WantedAnnotation): Promise<void> {
    if (changed) await client.put('api/annotations', { site_id: base.site_id, id: changed.id, ...wanted, time: wanted.time ?? changed.time })
    else await client.post('api/annotations', { site_id: base.site_id, ...wanted })
    setChanged(undefined)
    setSaved(saved + 1)
    onChange()
  }
  const askToRemove = async ({ id }: Annotation) => (await client.remove<{ sentence: string }>('api/annotations', { site_id: base.site_id, id, dry_run: 1 })).sentence
  async function remove({ id }: Annotation): Promise<string> {
    await client.remove('api/annotations', { site_id: base.site_id, id })
    onChange()
    return ''
  }

  const columns = [
    { name: words.when, cell: (annotation: Annotation) => formatWhen(annotation, timezone) },
    { name: words.what, cell: (annotation: Annotation) => <Said annotation={annotation} /> },
  ]
  const actions = {
    name: words.actions,
    cell: (annotation: Annotation) => (
      <span class="row-actions">
        <button type="button" class="link" aria-label={words.changeNamed(annotation.text)} onClick={() => setChanged(annotation)}>
          {words.change}
        </button>
        <button type="button" class="link" aria-label={words.deleteNamed(annotation.text)} onClick={() => setRemoved(annotation)}>
          {words.delete}
        </button>
      </span>
    ),
  }

  return (
    <Dialog title={words.title} onClose={onClose} isWide>
      {isOwner && <p class="hint">{words.explain}</p>}
      <DataTable caption={words.caption} empty={words.empty} rows={annotations} keyOf={({ id }) => id} columns={isOwner ? [...columns, actions] : columns} />
      {isOwner && <AnnotationForm key={`${changed?.id} ${saved}`} old={changed} timezone={timezone} onSave={save} onCancel={changed && (() => setChanged(undefined))} />}
      {removed && (
        <Confirm title={words.deleteTitle} action={words.delete} describe={() => askToRemove(removed)} onConfirm={() => remove(removed)} onClose={() => setRemoved(undefined)} />
      )}
    </Dialog>
  )
}

function Said({ annotation: { text, link } }: { annotation: Annotation }) {
  const href = link === undefined ? undefined : safeHref(link)
  return (
    <>
      <bdi>{text}</bdi>{' '}
      {href !== undefined && (
        <a href={href} target="_blank" rel="noopener noreferrer nofollow" aria-label={words.moreOf(text)}>
          {words.more} ↗
        </a>
      )}
    </>
  )
}

function formatWhen(annotation: Annotation, timezone: string): string {
  return formatBucket(clockOf(annotation, timezone), annotation.time.length === 10 ? 'time:day' : 'time:minute')
}
