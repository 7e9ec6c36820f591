import type { VNode } from 'preact'
import { useId, useState } from 'preact/hooks'
import type { Client, Finding } from './api.ts'
import { Dialog } from './dialog.tsx'
import { Notice } from './notice.tsx'
import { checkOwnBrowser } from './ownBrowser.ts'
import { text } from './text.ts'

interface InstallationCheckProps {
  base: string
  client: Client
  site: string
}

/** The same at any time, for the page that was added later and does not count. */
export function InstallationDialog({ onClose, ...props }: InstallationCheckProps & { onClose: () => void }): VNode {
  return (
    <Dialog title={text.check.title} onClose={onClose}>
      <InstallationCheck {...props} />
    </Dialog>
  )
}

type State = { step: 'idle' | 'busy' } | { step: 'done'; findings: Finding[] } | { step: 'failed'; error: Error }

/** Has the collector look at a page, and looks itself whether hits get out of this browser. */
export function InstallationCheck({ base, client, site }: InstallationCheckProps): VNode {
  const [state, setState] = useState<State>({ step: 'idle' })
  const [address, setAddress] = useState('')
  const id = useId()

  async function check(): Promise<void> {
    setState({ step: 'busy' })
    try {
      const url = withScheme(address.trim())
      const found = await Promise.all([client.checkInstallation({ site_id: site, url, collector: base }), checkOwnBrowser(base)])
      setState({ step: 'done', findings: found.flat().toSorted((a, b) => ranks[a.level] - ranks[b.level]) })
    } catch (error) {
      setState({ step: 'failed', error: error as Error })
    }
  }

  function submit(event: SubmitEvent): void {
    event.preventDefault()
    void check()
  }

  return (
    <div class="check">
      <form class="check-form" onSubmit={submit}>
        <label for={id}>{text.check.label}</label>
        <input
          id={id}
          class="field"
          inputMode="url"
          autocomplete="url"
          placeholder="https://shop.example/"
          required
          value={address}
          onInput={(event) => setAddress(event.currentTarget.value)}
        />
        <button type="submit" class="button" disabled={state.step === 'busy'}>
          {text.check.submit}
        </button>
      </form>
      <div role="status">
        {state.step === 'busy' && <p class="hint">{text.check.busy}</p>}
        {state.step === 'done' && <Findings findings={state.findings} />}
      </div>
      {state.step === 'failed' && <Notice error={state.error} onRetry={check} />}
    </div>
  )
}

/** What is typed without one is a site with TLS, or somebody's own machine, which seldom has it. */
function withScheme(address: string): string {
  if (/^[a-z]+:\/\//i.test(address)) return address
  return /^(localhost|127\.[\d.]+|\[::1\])(:\d+)?(\/|$)/i.test(address) ? `http://${address}` : `https://${address}`
}

const ranks: Record<Finding['level'], number> = { problem: 0, warning: 1, ok: 2 }

function Findings({ findings }: { findings: readonly Finding[] }) {
  return (
    <ul class="findings">
      {findings.map(({ code, level, message, remedy }) => (
        <li key={code} class={`is-${level}`}>
          <strong>{text.check.levels[level]}</strong>
          {/* Isolated: it repeats what a page says. */}
          <bdi>{message}</bdi>
          {remedy !== '' && <p class="hint">{remedy}</p>}
        </li>
      ))}
    </ul>
  )
}
