import type { VNode } from 'preact'
import type { AdminPageProps } from '../adminPages.ts'
import { useAnswer } from '../answer.ts'
import { DataTable } from '../dataTable.tsx'
import { formatExact, formatMoment } from '../format.ts'
import { MoreChips } from '../moreChips.tsx'
import type { Navigation } from '../navigation.ts'
import { Notice } from '../notice.tsx'
import { Paging } from '../paging.tsx'
import { useScope } from '../scope.ts'
import { text } from '../text.ts'
import { ViewLink } from '../viewLink.tsx'
import { type Summary, VisitFigures } from './visitFigures.tsx'
import { words } from './words.ts'

/** What can be filtered by, in the order of the columns. */
const fields = ['username', 'session_key', 'ipaddress', 'path'] as const
type Field = (typeof fields)[number]
const { timestamp: _, ...filterNames } = words.columns
type Visit = Record<Field | 'timestamp', string>

interface Visits {
  summary: Summary
  results: Visit[]
  page: number
  pages: number
  total: number
}

/** Who was on which page, as django-pagetimer's dashboard shows it (PT09). */
export function VisitsPage({ client, site, navigation }: AdminPageProps): VNode {
  const { base, revision } = useScope()
  const { more } = navigation.view
  const chosen = fields.filter((field) => more[field] !== undefined)
  const filters = Object.fromEntries(chosen.map((field) => [field, more[field]]))
  const question = { site_id: site.id, date_range: String(base.date_range), ...filters }
  const asked = { ...question, page: more['n'] }
  const { value, error, isStale, retry } = useAnswer(`visits ${JSON.stringify(asked)}`, revision, (signal) => client.get<Visits>('api/visits', asked, signal))

  return (
    <section class="sheet listing" aria-labelledby="visits-title">
      <header class="panel-header">
        <h2 id="visits-title">{words.title}</h2>
        <a class="button" href={client.url('api/visits', { ...question, format: 'csv' })} download>
          {words.download}
        </a>
        <ViewLink navigation={navigation} to={{ page: 'settings', more: { section: 'retention' } }} class="button">
          {words.purge}
        </ViewLink>
      </header>
      <p class="hint">{words.explain}</p>
      <MoreChips label={words.filters} names={filterNames} shorten={shorten} removeLabel={words.removeFilter} navigation={navigation} />
      {error && <Notice error={error} onRetry={retry} />}
      {!value && !error && <div class="listing-rows is-pending" role="status" aria-label={text.loading} />}
      {value && (
        <div class={isStale ? 'listing-rows is-stale' : 'listing-rows'}>
          <VisitFigures summary={value.summary} timezone={site.timezone} />
          <DataTable
            caption={words.caption}
            empty={chosen.length > 0 ? words.emptyFiltered : words.empty}
            rows={value.results.map((visit, index) => ({ ...visit, key: `${index} ${visit.timestamp}` }))}
            keyOf={({ key }) => key}
            columns={[
              { name: words.columns.timestamp, cell: ({ timestamp }) => <time dateTime={timestamp}>{formatMoment(timestamp, site.timezone)}</time> },
              ...fields.map((field) => ({
                name: words.columns[field],
                isExtra: field === 'session_key' || field === 'ipaddress',
                cell: (visit: Visit) => <FilterLink field={field} value={visit[field]} navigation={navigation} />,
              })),
            ]}
          />
          <Paging
            page={value.page}
            pages={value.pages}
            said={words.place(formatExact(value.page), formatExact(value.pages), formatExact(value.total))}
            onMove={(page) => navigation.go({ more: { ...more, n: page === 1 ? undefined : String(page) } })}
          />
        </div>
      )}
    </section>
  )
}

/** A value that adds itself to the filters. What is not known cannot be asked for. */
function FilterLink({ field, value, navigation }: { field: Field; value: string; navigation: Navigation }) {
  if (value === '') return null
  const { more } = navigation.view
  return (
    <ViewLink
      navigation={navigation}
      to={{ more: { ...more, [field]: value, n: undefined } }}
      class={field === 'session_key' ? 'cell-link is-code' : 'cell-link'}
      title={words.filterBy(words.columns[field], value)}
    >
      <bdi>{shorten(field, value)}</bdi>
    </ViewLink>
  )
}

/** Of a key its beginning is enough to tell rows apart. */
function shorten(field: string, value: string): string {
  return field === 'session_key' && value.length > 10 ? `${value.slice(0, 8)}…` : value
}
