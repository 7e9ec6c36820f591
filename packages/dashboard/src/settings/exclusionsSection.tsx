import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { AdminPageProps } from '../adminPages.ts'
import { useAnswer } from '../answer.ts'
import type { Client } from '../api.ts'
import { DataTable } from '../dataTable.tsx'
import { Notice } from '../notice.tsx'
import { exclusionsWords as said } from './exclusionsWords.ts'
import { TextForm } from './textForm.tsx'

interface Exclusion {
  kind: 'path' | 'address'
  value: string
  from: 'settings' | 'added'
  /** Of those that can be removed here. */
  id?: string
}

interface Exclusions {
  exclusions: Exclusion[]
  your_address: string
}

/** Paths and addresses whose hits are not stored, and the owner's own visits. */
export function ExclusionsSection({ client, site: { id: site } }: AdminPageProps): VNode {
  const [changes, setChanges] = useState(0)
  const [sentence, setSentence] = useState('')
  const { value, error, retry } = useAnswer(`exclusions ${site}`, changes, (signal) => client.get<Exclusions>('api/exclusions', { site_id: site }, signal))

  function changed(told: string): void {
    setSentence(told)
    setChanges((count) => count + 1)
  }
  const add = async (kind: Exclusion['kind'], text: string) => changed((await client.post<{ sentence: string }>('api/exclusions', { site_id: site, [kind]: text })).sentence)
  async function remove({ id, value: text }: Exclusion): Promise<void> {
    await client.remove('api/exclusions', { site_id: site, id })
    changed(said.removed(text))
  }

  return (
    <>
      <p class="hint">{said.explain}</p>
      <p role="status" class="told">
        {sentence}
      </p>
      {error && <Notice error={error} onRetry={retry} />}
      {value && <ExclusionTable exclusions={value.exclusions} onRemove={remove} />}
      <TextForm label={said.path} hint={said.pathHint} action={said.excludePath} onSend={(text) => add('path', text)} />
      <TextForm label={said.address} hint={said.addressHint} action={said.excludeAddress} onSend={(text) => add('address', text)} />
      <h3>{said.own}</h3>
      {value && isNew(value) && (
        <p>
          <button type="button" class="button" onClick={() => void add('address', value.your_address)}>
            {said.yourAddress(value.your_address)}
          </button>
        </p>
      )}
      <OwnVisits client={client} />
    </>
  )
}

function isNew({ exclusions, your_address: address }: Exclusions): boolean {
  return address !== '' && !exclusions.some(({ value }) => value === address)
}

function ExclusionTable({ exclusions, onRemove }: { exclusions: readonly Exclusion[]; onRemove: (exclusion: Exclusion) => Promise<void> }) {
  return (
    <DataTable
      caption={said.caption}
      empty={said.empty}
      rows={exclusions}
      keyOf={({ kind, value, id = '' }) => `${kind} ${value} ${id}`}
      columns={[
        { name: said.value, cell: ({ value }) => <bdi>{value}</bdi> },
        { name: said.kind, cell: ({ kind }) => said.kinds[kind] },
        { name: said.from, cell: ({ from }) => said.froms[from], isExtra: true },
        {
          name: '',
          cell: (exclusion) =>
            exclusion.id !== undefined && (
              <button type="button" class="link" aria-label={said.removeNamed(exclusion.value)} onClick={() => void onRemove(exclusion)}>
                {said.remove}
              </button>
            ),
        },
      ]}
    />
  )
}

function OwnVisits({ client }: { client: Client }) {
  const [changes, setChanges] = useState(0)
  const { value, error, retry } = useAnswer('own visits', changes, (signal) => client.get<{ counted: boolean }>('api/own-visits', {}, signal))
  async function turn(): Promise<void> {
    await (value?.counted ? client.post('api/own-visits', {}) : client.remove('api/own-visits'))
    setChanges((count) => count + 1)
  }
  if (error) return <Notice error={error} onRetry={retry} />
  if (!value) return null
  return (
    <div class="said-row">
      <p role="status">{value.counted ? said.isCounted : said.isNotCounted}</p>
      <button type="button" class="button" onClick={() => void turn()}>
        {value.counted ? said.stopCounting : said.count}
      </button>
    </div>
  )
}
