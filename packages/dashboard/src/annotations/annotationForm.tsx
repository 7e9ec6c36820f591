import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Field } from '../field.tsx'
import { type Annotation, clockOf } from './annotation.ts'
import { words } from './words.ts'

/** What the API takes for one. */
export interface WantedAnnotation {
  time?: string
  text: string
  link?: string
}

interface AnnotationFormProps {
  /** The one to change; a new one without. */
  old?: Annotation | undefined
  /** The site's. */
  timezone: string
  onSave: (wanted: WantedAnnotation) => Promise<void>
  /** To add another one instead. */
  onCancel?: (() => void) | undefined
}

/** Asks when what happened. */
export function AnnotationForm({ old, timezone, onSave, onCancel }: AnnotationFormProps): VNode {
  const [oldDay = '', oldClock = ''] = old ? clockOf(old, timezone).split(' ') : []
  const [said, setSaid] = useState(old?.text ?? '')
  const [day, setDay] = useState(oldDay)
  const [clock, setClock] = useState(old?.time.length === 10 ? '' : oldClock)
  const [link, setLink] = useState(old?.link ?? '')
  const [problem, setProblem] = useState('')
  const problemOf = (field: string) => (problem.startsWith(`${field}:`) ? problem : undefined)

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    try {
      await onSave({ ...timeOf(day, clock), text: said, ...(link.trim() !== '' && { link: link.trim() }) })
    } catch (error) {
      setProblem((error as Error).message)
    }
  }

  return (
    <form class="settings-form" onSubmit={submit}>
      <Field label={words.what} problem={problemOf('time') ?? problemOf('link') ? undefined : problem || undefined}>
        <input class="field" required maxLength={200} value={said} onInput={(event) => setSaid(event.currentTarget.value)} />
      </Field>
      <div class="annotation-time">
        <Field label={words.day} hint={words.dayHint} problem={problemOf('time')}>
          <input class="field" type="date" value={day} onInput={(event) => setDay(event.currentTarget.value)} />
        </Field>
        <Field label={words.clock} hint={words.clockHint}>
          <input class="field" type="time" step={1} disabled={day === ''} value={clock} onInput={(event) => setClock(event.currentTarget.value)} />
        </Field>
      </div>
      <Field label={words.link} hint={words.linkHint} problem={problemOf('link')}>
        <input class="field" inputMode="url" maxLength={2048} value={link} onInput={(event) => setLink(event.currentTarget.value)} />
      </Field>
      <footer class="form-footer">
        {onCancel && (
          <button type="button" class="button" onClick={onCancel}>
            {words.cancel}
          </button>
        )}
        <button type="submit" class="button is-primary">
          {old ? words.save : words.add}
        </button>
      </footer>
    </form>
  )
}

/** Seconds are left out by browsers where they are none. */
function timeOf(day: string, clock: string): { time?: string } {
  if (day === '') return {}
  return { time: clock === '' ? day : `${day} ${clock.length === 5 ? `${clock}:00` : clock}` }
}
