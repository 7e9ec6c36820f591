import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Field } from '../field.tsx'
import { words } from './usersWords.ts'

/** What a user is to be, as the API takes it. */
export interface UserFields {
  name: string
  role: 'owner' | 'viewer'
  sites?: readonly string[]
  password?: string
}

interface UserFormProps {
  siteIds: readonly string[]
  action: string
  /** Who is changed; a new one where left out. */
  before?: Omit<UserFields, 'password'>
  onSubmit: (fields: UserFields) => Promise<void>
}

const roles = ['viewer', 'owner'] as const

/** Name, role, sites and password of a user; of one that is there already role and sites. */
export function UserForm({ siteIds, action, before, onSubmit }: UserFormProps): VNode {
  const [name, setName] = useState(before?.name ?? '')
  const [role, setRole] = useState(before?.role ?? 'viewer')
  const [chosen, setChosen] = useState<readonly string[]>(before?.sites ?? [])
  const [password, setPassword] = useState('')
  const [problem, setProblem] = useState<string>()

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    try {
      await onSubmit({ name, role, ...(role === 'viewer' && chosen.length > 0 && { sites: chosen }), ...(password !== '' && { password }) })
      setName('')
      setPassword('')
      setProblem(undefined)
    } catch (error) {
      setProblem((error as Error).message)
    }
  }

  return (
    <form class="settings-form" autocomplete="off" onSubmit={submit}>
      {before === undefined && (
        <Field label={words.name} hint={words.nameHint}>
          <input class="field" required maxLength={64} autocapitalize="none" autocomplete="off" spellcheck={false} value={name} onInput={(event) => setName(event.currentTarget.value)} />
        </Field>
      )}
      <fieldset class="choices">
        <legend>{words.role}</legend>
        {roles.map((each) => (
          <label key={each} class="choice">
            <input type="radio" name="role" checked={role === each} onChange={() => setRole(each)} />
            {words.roles[each]}
          </label>
        ))}
      </fieldset>
      {role === 'viewer' && siteIds.length > 1 && (
        <fieldset class="choices">
          <legend>{words.sites}</legend>
          <label class="choice">
            <input type="checkbox" checked={chosen.length === 0} onChange={() => setChosen([])} />
            {words.allSites}
          </label>
          {siteIds.map((id) => (
            <label key={id} class="choice">
              <input
                type="checkbox"
                checked={chosen.includes(id)}
                onChange={(event) => setChosen(event.currentTarget.checked ? [...chosen, id] : chosen.filter((other) => other !== id))}
              />
              {id}
            </label>
          ))}
        </fieldset>
      )}
      {before === undefined && (
        <Field label={words.password} hint={words.passwordHint}>
          <input class="field" type="password" autocomplete="new-password" minLength={10} maxLength={1024} value={password} onInput={(event) => setPassword(event.currentTarget.value)} />
        </Field>
      )}
      {/* In its place from the start, so that it is read out when it comes. */}
      <p class="problem" role="alert">
        {problem}
      </p>
      <button type="submit" class="button is-primary">
        {action}
      </button>
    </form>
  )
}
