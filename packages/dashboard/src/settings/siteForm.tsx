import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Field } from '../field.tsx'
import { sitesWords as said } from './sitesWords.ts'

interface WantedSite {
  id: string
  hosts: string
  timezone?: string
}

/** What another site is to be. */
export function SiteForm({ onAdd }: { onAdd: (wanted: WantedSite) => Promise<void> }): VNode {
  const [id, setId] = useState('')
  const [hosts, setHosts] = useState('')
  const [zone, setZone] = useState('')
  const [problem, setProblem] = useState<string>()

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    try {
      await onAdd({ id, hosts, ...(zone.trim() !== '' && { timezone: zone.trim() }) })
      setId('')
      setHosts('')
      setZone('')
      setProblem(undefined)
    } catch (error) {
      setProblem((error as Error).message)
    }
  }
  const problemOf = (field: string) => (problem?.startsWith(`${field}:`) ? problem : undefined)

  return (
    <form class="settings-form" onSubmit={submit}>
      <Field label={said.id} hint={said.idHint} problem={problemOf('id')}>
        <input class="field" required maxLength={64} value={id} autocomplete="off" spellcheck={false} onInput={(event) => setId(event.currentTarget.value)} />
      </Field>
      <Field label={said.hostsLabel} problem={problemOf('hosts')}>
        <input class="field" required value={hosts} autocomplete="off" spellcheck={false} onInput={(event) => setHosts(event.currentTarget.value)} />
      </Field>
      <Field label={said.zone} hint={said.zoneHint} problem={problemOf('timezone')}>
        <input class="field" value={zone} autocomplete="off" spellcheck={false} onInput={(event) => setZone(event.currentTarget.value)} />
      </Field>
      <button type="submit" class="button is-primary">
        {said.add}
      </button>
    </form>
  )
}
