import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { Client } from './api.ts'
import { Mark } from './mark.tsx'
import { text } from './text.ts'

interface LoginProps {
  client: Client
  /** Whether it is about a share link, which has a password alone. */
  isShare: boolean
  onSuccess: () => void
}

/** The password page. It leaves the address alone, so that signing in shows what was asked for. */
export function Login({ client, isShare, onSuccess }: LoginProps): VNode {
  const [problem, setProblem] = useState('')
  const [isBusy, setBusy] = useState(false)

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const field = form.elements.namedItem('password') as HTMLInputElement
    const name = form.elements.namedItem('username') as HTMLInputElement | null
    setBusy(true)
    try {
      await client.login(field.value, name?.value)
      onSuccess()
    } catch (error) {
      setProblem((error as Error).message)
      setBusy(false)
      field.select()
    }
  }

  return (
    <main class="gate">
      <form class="login" onSubmit={submit}>
        <Mark />
        <h1>{text.product}</h1>
        {!isShare && (
          <>
            <label for="username">{text.login.name}</label>
            <input id="username" class="field" name="username" autocomplete="username" autocapitalize="none" spellcheck={false} required maxLength={64} defaultValue="admin" />
          </>
        )}
        <label for="password">{text.login.password}</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="current-password"
          required
          autofocus
          aria-describedby="login-help"
          aria-invalid={problem !== ''}
        />
        <p id="login-help" class={problem ? 'problem' : 'hint'} role="status">
          {problem || (isShare ? text.login.ofShare : text.login.hint)}
        </p>
        <button type="submit" class="button is-primary" disabled={isBusy}>
          {text.login.submit}
        </button>
      </form>
    </main>
  )
}
