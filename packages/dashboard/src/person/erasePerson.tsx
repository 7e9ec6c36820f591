import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { Client } from '../api.ts'
import { Confirm } from '../confirm.tsx'
import { parameterOf, type ErasureReport, type Person } from './personApi.ts'
import { words } from './words.ts'

interface ErasePersonProps {
  client: Client
  site: string
  person: Person
  onErased: () => void
}

/** Says what an erasure would take, does it, and leaves a report that can be kept. */
export function ErasePerson({ client, site, person, onErased }: ErasePersonProps): VNode {
  const [isOpen, setOpen] = useState(false)
  const [report, setReport] = useState<ErasureReport>()
  const [state, setState] = useState<string>()
  const ask = (dry_run: boolean) => client.post<ErasureReport>('api/erase', { site_id: site, ...parameterOf(person), dry_run })

  async function erase(): Promise<string> {
    setReport(await ask(false))
    setState(undefined)
    onErased()
    return ''
  }
  async function check(): Promise<void> {
    const look = await ask(true).catch((error: Error) => error)
    setState(look instanceof Error ? look.message : look.finished ? words.gone : words.leaving)
  }

  return (
    <>
      <button type="button" class="button is-danger" onClick={() => setOpen(true)}>
        {words.erase}
      </button>
      {isOpen && (
        <Confirm
          title={words.eraseTitle(person.id)}
          action={words.eraseAction}
          describe={async () => `${(await ask(true)).sentence} ${words.eraseFinal}`}
          onConfirm={erase}
          onClose={() => setOpen(false)}
        />
      )}
      {report && (
        <div class="erasure" role="status" aria-label={words.report}>
          <p>{report.sentence}</p>
          {report.problem !== undefined && <p class="problem">{report.problem}</p>}
          {state !== undefined && <p>{state}</p>}
          <button type="button" class="button" onClick={() => save(report, `erasure-${site}-${(report.erased_at ?? '').slice(0, 10)}.json`)}>
            {words.saveReport}
          </button>{' '}
          {!report.finished && (
            <button type="button" class="button" onClick={() => void check()}>
              {words.check}
            </button>
          )}
        </div>
      )}
    </>
  )
}

/** Who was erased is in it, as a report has to have it: it is the owner's to keep. */
function save(report: ErasureReport, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([`${JSON.stringify(report, null, 2)}\n`], { type: 'application/json' }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
}
