import type { VNode } from 'preact'
import { DataTable } from '../dataTable.tsx'
import { formatMoment } from '../format.ts'
import type { Navigation } from '../navigation.ts'
import { ViewLink } from '../viewLink.tsx'
import type { Hit } from './hit.ts'
import { words } from './words.ts'

interface HitTableProps {
  hits: readonly Hit[]
  timezone: string
  navigation: Navigation
  order: string
  onOrder: (order: string) => void
  empty: string
}

/** A row for each hit, in the columns of django-plain-analytics’ admin (PV24). The URL opens it, the others look for what is the same. */
export function HitTable({ hits, timezone, navigation, order, onOrder, empty }: HitTableProps): VNode {
  const heads = words.columns
  const { more } = navigation.view
  const only = (name: string, value: string) => ({ more: { ...more, [name]: value, n: undefined } })

  return (
    <DataTable
      caption={words.caption}
      empty={empty}
      rows={hits}
      keyOf={({ id }) => id}
      order={order}
      onOrder={onOrder}
      columns={[
        {
          name: heads.user_id,
          order: 'user_id',
          cell: ({ user_id: user }) => <Only navigation={navigation} to={only('user', user)} value={user} label={words.onlyUser(user)} none={words.anonymous} />,
        },
        {
          name: heads.url,
          order: 'url',
          cell: (hit) => (
            <span class="hit-url">
              <ViewLink navigation={navigation} to={{ more: { ...more, id: hit.id } }} class="cell-link is-strong">
                <bdi>{hit.url}</bdi>
              </ViewLink>
              <HitAbout hit={hit} />
            </span>
          ),
        },
        {
          name: heads.source,
          order: 'source',
          isExtra: true,
          cell: ({ source }) => <Only navigation={navigation} to={only('source', source)} value={source} label={words.onlySource(source)} />,
        },
        { name: heads.timestamp, order: 'timestamp', cell: ({ timestamp }) => <time dateTime={timestamp}>{formatMoment(timestamp, timezone)}</time> },
        {
          name: heads.session_id,
          order: 'session_id',
          isExtra: true,
          cell: ({ session_id: session }) => <Only navigation={navigation} to={only('session', session)} value={session} label={words.onlySession(session)} isCode />,
        },
      ]}
    />
  )
}

/** What it was, beside a pageview, and how the page is called. */
function HitAbout({ hit: { type, name, title } }: { hit: Hit }) {
  const kind = type === 'event' ? (name ?? '') : type === 'engagement' ? words.report : ''
  if (kind === '' && title === '') return null
  return (
    <span class="hit-about">
      {kind !== '' && (
        <span class="hit-kind">
          <bdi>{kind}</bdi>
        </span>
      )}
      <bdi>{title}</bdi>
    </span>
  )
}

interface OnlyProps {
  navigation: Navigation
  to: Parameters<Navigation['go']>[0]
  value: string
  label: string
  /** In place of an empty value. @default nothing */
  none?: string
  isCode?: boolean
}

function Only({ navigation, to, value, label, none = '', isCode = false }: OnlyProps) {
  if (value === '') return <span class="quiet">{none}</span>
  return (
    <ViewLink navigation={navigation} to={to} class={isCode ? 'cell-link is-code' : 'cell-link'} title={label}>
      <bdi>{isCode && value.length > 12 ? `${value.slice(0, 10)}…` : value}</bdi>
    </ViewLink>
  )
}
