import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { AdminPageProps } from '../adminPages.ts'
import { useAnswer } from '../answer.ts'
import { Confirm } from '../confirm.tsx'
import { CopyCode } from '../copyCode.tsx'
import { DataTable } from '../dataTable.tsx'
import { Field } from '../field.tsx'
import { Notice } from '../notice.tsx'
import { words } from './sharesWords.ts'

interface Share {
  id: string
  name: string
  /** Of the collector. */
  path: string
  has_password: boolean
  /** Last site day; null for ever. */
  expires: string | null
}

interface ShareFields {
  name: string
  password?: string
  expires?: string
}

/** Links that show the site's numbers: made, listed and removed. */
export function SharesSection({ client, base, site }: AdminPageProps): VNode {
  const [changes, setChanges] = useState(0)
  const [made, setMade] = useState('')
  const [removed, setRemoved] = useState<Share>()
  const { value, error, retry } = useAnswer(site.id, changes, (signal) => client.get<{ shares: Share[] }>('api/shares', { site_id: site.id }, signal))

  async function make(fields: ShareFields): Promise<void> {
    await client.post('api/shares', { site_id: site.id, ...fields })
    setMade(fields.name)
    setChanges((count) => count + 1)
  }
  async function remove({ id }: Share): Promise<string> {
    await client.remove('api/shares', { site_id: site.id, id })
    setMade('')
    setChanges((count) => count + 1)
    return ''
  }

  return (
    <>
      <p class="hint">{words.explain(site.id)}</p>
      {error && <Notice error={error} onRetry={retry} />}
      {value && (
        <DataTable
          caption={words.caption}
          empty={words.empty}
          rows={value.shares}
          keyOf={({ id }) => id}
          columns={[
            { name: words.name, cell: ({ name }) => <bdi>{name}</bdi> },
            { name: words.address, cell: ({ path }) => <CopyCode code={new URL(path, base).href} /> },
            { name: words.opens, cell: opensOf, isExtra: true },
            {
              name: '',
              cell: (share) => (
                <button type="button" class="link" aria-label={words.removeNamed(share.name)} onClick={() => setRemoved(share)}>
                  {words.remove}
                </button>
              ),
            },
          ]}
        />
      )}
      <p class="hint" role="status">
        {made && words.made(made)}
      </p>
      <ShareForm onMake={make} />
      {removed && (
        <Confirm
          title={words.removeTitle}
          action={words.remove}
          describe={async () => words.removeSays(removed.name)}
          onConfirm={() => remove(removed)}
          onClose={() => setRemoved(undefined)}
        />
      )}
    </>
  )
}

function opensOf({ has_password, expires }: Share): string {
  const opens = has_password ? words.withPassword : words.always
  return expires === null ? opens : words.until(opens, expires)
}

function ShareForm({ onMake }: { onMake: (fields: ShareFields) => Promise<void> }) {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [expires, setExpires] = useState('')
  const [problem, setProblem] = useState<string>()

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    try {
      await onMake({ name, ...(password !== '' && { password }), ...(expires !== '' && { expires }) })
      for (const clear of [setName, setPassword, setExpires]) clear('')
      setProblem(undefined)
    } catch (error) {
      setProblem((error as Error).message)
    }
  }

  return (
    <form class="settings-form" autocomplete="off" onSubmit={submit}>
      <Field label={words.name} hint={words.nameHint} problem={problem}>
        <input class="field" required maxLength={80} value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </Field>
      <Field label={words.password} hint={words.passwordHint}>
        <input class="field" type="password" autocomplete="new-password" minLength={10} maxLength={1024} value={password} onInput={(event) => setPassword(event.currentTarget.value)} />
      </Field>
      <Field label={words.expires} hint={words.expiresHint}>
        <input class="field" type="date" value={expires} onInput={(event) => setExpires(event.currentTarget.value)} />
      </Field>
      <button type="submit" class="button is-primary">
        {words.make}
      </button>
    </form>
  )
}
