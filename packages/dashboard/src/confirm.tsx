import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Dialog } from './dialog.tsx'
import { Notice } from './notice.tsx'
import { text } from './text.ts'

interface ConfirmProps {
  title: string
  /** What would happen, with numbers; asked for before anything is done. */
  describe: () => Promise<string>
  /** What the button that does it says. */
  action: string
  /** Does it, and says what became of it; '' where the list behind shows that already. */
  onConfirm: () => Promise<string>
  onClose: () => void
}

type State = { step: 'asking' | 'working' } | { step: 'ready' | 'done'; said: string } | { step: 'failed'; error: Error; retry: () => void }

/** What destroys something says first what it would destroy, and afterwards what it has. */
export function Confirm({ title, describe, action, onConfirm, onClose }: ConfirmProps): VNode {
  const [state, setState] = useState<State>({ step: 'asking' })

  async function run(step: 'asking' | 'working', task: () => Promise<State>): Promise<void> {
    setState({ step })
    try {
      setState(await task())
    } catch (error) {
      setState({ step: 'failed', error: error as Error, retry: () => void run(step, task) })
    }
  }
  const ask = () => run('asking', async () => ({ step: 'ready', said: await describe() }))
  const confirm = () =>
    run('working', async () => {
      const said = await onConfirm()
      if (said === '') onClose()
      return { step: 'done', said }
    })
  useEffect(() => void ask(), [])

  return (
    <Dialog title={title} onClose={onClose}>
      <div class="confirm" role="status">
        {state.step === 'asking' && <p class="hint">{text.counting}</p>}
        {state.step === 'working' && <p class="hint">{text.working}</p>}
        {(state.step === 'ready' || state.step === 'done') && <p>{state.said}</p>}
      </div>
      {state.step === 'failed' && <Notice error={state.error} onRetry={state.retry} />}
      {state.step === 'ready' && (
        <footer class="form-footer">
          <button type="button" class="button" onClick={onClose}>
            {text.cancel}
          </button>
          <button type="button" class="button is-danger" onClick={() => void confirm()}>
            {action}
          </button>
        </footer>
      )}
    </Dialog>
  )
}
