import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { AdminPageProps } from '../adminPages.ts'
import { useAnswer } from '../answer.ts'
import { Confirm } from '../confirm.tsx'
import { CopyCode } from '../copyCode.tsx'
import { DataTable } from '../dataTable.tsx'
import { Field } from '../field.tsx'
import { Notice } from '../notice.tsx'
import { words } from './words.ts'

const said = words.tokens
type Scope = keyof typeof said.scopeMeanings
const scopes = Object.keys(said.scopeMeanings) as Scope[]

interface Token {
  id: string
  name: string
  scopes: readonly Scope[]
  created: string
}

/** Keys for programs: made, listed and revoked. */
export function TokensSection({ client }: AdminPageProps): VNode {
  const [changes, setChanges] = useState(0)
  const [made, setMade] = useState<Token & { token: string }>()
  const [revoked, setRevoked] = useState<Token>()
  const { value, error, retry } = useAnswer('tokens', changes, (signal) => client.get<{ tokens: Token[] }>('api/tokens', {}, signal))

  async function make(name: string, wanted: readonly Scope[]): Promise<void> {
    setMade(await client.post('api/tokens', { name, scopes: wanted }))
    setChanges((count) => count + 1)
  }
  async function revoke({ id }: Token): Promise<string> {
    await client.remove('api/tokens', { id })
    setChanges((count) => count + 1)
    return ''
  }

  return (
    <>
      <p class="hint">{said.explain}</p>
      {error && <Notice error={error} onRetry={retry} />}
      {value && (
        <DataTable
          caption={said.caption}
          empty={said.empty}
          rows={value.tokens}
          keyOf={({ id }) => id}
          columns={[
            { name: said.name, cell: ({ name }) => <bdi>{name}</bdi> },
            { name: said.scopes, cell: (token) => token.scopes.join(', ') },
            { name: said.created, cell: ({ created }) => created.slice(0, 10), isExtra: true },
            {
              name: '',
              cell: (token) => (
                <button type="button" class="link" aria-label={said.revokeNamed(token.name)} onClick={() => setRevoked(token)}>
                  {said.revoke}
                </button>
              ),
            },
          ]}
        />
      )}
      {made && (
        <div role="status">
          <p>{said.made(made.name)}</p>
          <CopyCode code={made.token} />
        </div>
      )}
      <TokenForm onMake={make} />
      {revoked && (
        <Confirm
          title={said.revokeTitle}
          action={said.revoke}
          describe={async () => said.revokeSays(revoked.name, revoked.scopes.join(', '))}
          onConfirm={() => revoke(revoked)}
          onClose={() => setRevoked(undefined)}
        />
      )}
    </>
  )
}

function TokenForm({ onMake }: { onMake: (name: string, scopes: readonly Scope[]) => Promise<void> }) {
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<readonly Scope[]>(['stats'])
  const [problem, setProblem] = useState<string>()

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    try {
      await onMake(name, chosen)
      setName('')
      setProblem(undefined)
    } catch (error) {
      setProblem((error as Error).message)
    }
  }

  return (
    <form class="settings-form" onSubmit={submit}>
      <Field label={said.name} problem={problem}>
        <input class="field" required maxLength={80} value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </Field>
      <fieldset class="choices">
        <legend>{said.scopes}</legend>
        {scopes.map((scope) => (
          <label key={scope} class="choice">
            <input
              type="checkbox"
              checked={chosen.includes(scope)}
              onChange={(event) => setChosen(event.currentTarget.checked ? [...chosen, scope] : chosen.filter((other) => other !== scope))}
            />
            {said.scopeMeanings[scope]}
          </label>
        ))}
      </fieldset>
      <button type="submit" class="button is-primary">
        {said.make}
      </button>
    </form>
  )
}
