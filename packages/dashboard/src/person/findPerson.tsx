import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Client } from '../api.ts'
import { Field } from '../field.tsx'
import { text } from '../text.ts'
import { findPerson, type Person } from './personApi.ts'
import { words } from './words.ts'

interface FindPersonProps {
  client: Client
  site: string
  /** Who is shown. */
  name: string
  onFind: (person: Person) => void
}

/** Asks for a name, and finds out what kind of name it is. */
export function FindPerson({ client, site, name, onFind }: FindPersonProps): VNode {
  const [typed, setTyped] = useState(name)
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  useEffect(() => setTyped(name), [name])

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    setBusy(true)
    setProblem(undefined)
    try {
      onFind(await findPerson(client, site, typed.trim()))
    } catch (error) {
      setProblem((error as Error).message)
    }
    setBusy(false)
  }

  return (
    <form class="person-form" role="search" onSubmit={submit}>
      <Field label={words.find} hint={words.findHint} problem={problem}>
        <input class="field" type="search" required maxLength={255} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
      </Field>
      <button type="submit" class="button is-primary" disabled={isBusy}>
        {isBusy ? text.working : words.submit}
      </button>
    </form>
  )
}
