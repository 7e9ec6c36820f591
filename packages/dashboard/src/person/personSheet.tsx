import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { AdminPageProps } from '../adminPages.ts'
import { useAnswer } from '../answer.ts'
import { Notice } from '../notice.tsx'
import { text } from '../text.ts'
import { ErasePerson } from './erasePerson.tsx'
import { parameterOf, type Person, type Timeline } from './personApi.ts'
import { SummaryFigures } from './summaryFigures.tsx'
import { VisitList } from './visitList.tsx'
import { words } from './words.ts'

interface PersonSheetProps extends AdminPageProps {
  person: Person
  /** How often somebody was erased meanwhile: then all is asked anew. */
  erasures: number
  onErased: () => void
}

/** What there is of a person, and what can be done about it. */
export function PersonSheet({ client, site, navigation, person, erasures, onErased }: PersonSheetProps): VNode {
  const [older, setOlder] = useState<Timeline[]>([])
  const [trouble, setTrouble] = useState<Error>()
  const asked = { site_id: site.id, ...parameterOf(person) }
  const { value: newest, error, retry } = useAnswer('timeline', erasures, (signal) => client.get<Timeline>('api/timeline', asked, signal))
  const pages = newest ? [newest, ...older] : []
  const next = pages.at(-1)?.next ?? undefined

  async function goOn(): Promise<void> {
    try {
      const page = await client.get<Timeline>('api/timeline', { ...asked, after: next })
      setOlder((before) => [...before, page])
      setTrouble(undefined)
    } catch (cause) {
      setTrouble(cause as Error)
    }
  }
  useEffect(() => setOlder([]), [erasures])

  return (
    <section class="sheet person-sheet" aria-labelledby="person-name">
      <header class="person-head">
        <h2 id="person-name">
          {words.kinds[person.kind]} <bdi>{person.id}</bdi>
        </h2>
        <div class="person-actions">
          {newest?.summary &&
            (['ndjson', 'csv'] as const).map((format) => (
              <a key={format} class="button" href={client.url('api/export', { ...asked, format })} download>
                {text.exports.formats[format].name}
                <span class="visually-hidden"> {words.download}</span>
              </a>
            ))}
          <ErasePerson client={client} site={site.id} person={person} onErased={onErased} />
        </div>
      </header>
      {error && <Notice error={error} onRetry={retry} />}
      {newest?.summary === null && <p class="empty">{words.nobody(person.id)}</p>}
      {newest?.summary && (
        <>
          <SummaryFigures summary={newest.summary} timezone={site.timezone} person={person} navigation={navigation} />
          <h3>{words.timeline}</h3>
          <VisitList visits={pages.flatMap(({ visits }) => visits)} timezone={site.timezone} navigation={navigation} />
          {trouble && <Notice error={trouble} onRetry={() => void goOn()} />}
          {next !== undefined && (
            <button type="button" class="button" onClick={() => void goOn()}>
              {words.older}
            </button>
          )}
        </>
      )}
    </section>
  )
}
