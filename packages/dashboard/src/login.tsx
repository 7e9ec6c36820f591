import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { Client } from './api.ts'
import { Mark } from './mark.tsx'
import { text } from './text.ts'

/** The password page. It leaves the address alone, so that signing in shows what was asked for. */
export function Login({ client, onSuccess }: { client: Client; onSuccess: () => void }): VNode {
  const [problem, setProblem] = useState('')
  const [isBusy, setBusy] = useState(false)

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const field = form.elements.namedItem('password') as HTMLInputElement
    setBusy(true)
    try {
      await client.login(field.value)
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
        {/* Password managers file a password under a name; Chromium's console complains without one. */}
        <input type="text" name="username" autocomplete="username" value="admin" readOnly hidden />
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
          {problem || text.login.hint}
        </p>
        <button type="submit" class="button is-primary" disabled={isBusy}>
          {text.login.submit}
        </button>
      </form>
    </main>
  )
}
