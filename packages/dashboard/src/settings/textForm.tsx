import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Field } from '../field.tsx'

interface TextFormProps {
  label: string
  hint?: string
  /** What the button that sends it says. */
  action: string
  /** What the field begins with. @default '' */
  start?: string
  /** Whether what was typed stays once it is sent. @default false */
  keeps?: boolean
  /** What it throws is shown at the field, which keeps what was typed. */
  onSend: (value: string) => Promise<void>
}

/** A form of one field. */
export function TextForm({ label, hint, action, start = '', keeps = false, onSend }: TextFormProps): VNode {
  const [value, setValue] = useState(start)
  const [problem, setProblem] = useState<string>()

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    try {
      await onSend(value)
      if (!keeps) setValue('')
      setProblem(undefined)
    } catch (error) {
      setProblem((error as Error).message)
    }
  }

  return (
    <form class="text-form" onSubmit={submit}>
      <Field label={label} hint={hint} problem={problem}>
        <input class="field" required value={value} autocomplete="off" spellcheck={false} onInput={(event) => setValue(event.currentTarget.value)} />
      </Field>
      <button type="submit" class="button">
        {action}
      </button>
    </form>
  )
}
