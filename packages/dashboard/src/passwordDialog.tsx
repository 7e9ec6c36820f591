import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { Client } from './api.ts'
import { Dialog } from './dialog.tsx'
import { Field } from './field.tsx'
import { text } from './text.ts'

const said = text.ownPassword

/** Changes the password of who looks: any user, not owners alone. */
export function PasswordDialog({ client, onClose }: { client: Client; onClose: () => void }): VNode {
  const [isDone, setDone] = useState(false)
  const [problem, setProblem] = useState<string>()

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const fields = new FormData(event.currentTarget as HTMLFormElement)
    try {
      await client.post('api/password', { old: fields.get('old'), new: fields.get('new') })
      setDone(true)
    } catch (error) {
      setProblem((error as Error).message)
    }
  }

  return (
    <Dialog title={said.title} onClose={onClose}>
      {/* In its place from the start, so that it is read out when it comes. */}
      <p role="status">{isDone ? said.done : ''}</p>
      {!isDone && (
        <form class="settings-form" onSubmit={submit}>
          <Field label={said.old}>
            <input class="field" type="password" name="old" autocomplete="current-password" required autofocus />
          </Field>
          <Field label={said.next} hint={said.hint} problem={problem}>
            <input class="field" type="password" name="new" autocomplete="new-password" required minLength={10} maxLength={1024} />
          </Field>
          <button type="submit" class="button is-primary">
            {said.submit}
          </button>
        </form>
      )}
    </Dialog>
  )
}
