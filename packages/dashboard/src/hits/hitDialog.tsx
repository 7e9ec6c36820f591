import type { VNode } from 'preact'
import { type Access, ApiError, type Client, type Site } from '../api.ts'
import { useAnswer } from '../answer.ts'
import { Dialog } from '../dialog.tsx'
import { toggleFilter } from '../filter.ts'
import { safeHref } from '../href.ts'
import type { Navigation } from '../navigation.ts'
import { Notice } from '../notice.tsx'
import { mayOpen } from '../pageLinks.tsx'
import { text } from '../text.ts'
import { ViewLink } from '../viewLink.tsx'
import type { Hit } from './hit.ts'
import { words } from './words.ts'

interface HitDialogProps {
  id: string
  client: Client
  site: Site
  access: Access
  navigation: Navigation
}

/** One hit with all its fields; its URL is the title (PV27). */
export function HitDialog({ id, client, site, access, navigation }: HitDialogProps): VNode {
  const { more } = navigation.view
  const { value, error, retry } = useAnswer(`hit ${site.id} ${id}`, 0, (signal) => client.get<{ hit: Hit }>(`api/hits/${encodeURIComponent(id)}`, { site_id: site.id }, signal))
  const hit = value?.hit
  const isGone = error instanceof ApiError && error.status === 404
  return (
    <Dialog title={hit?.url ?? id} isWide onClose={() => navigation.turn({ more: { ...more, id: undefined } })}>
      {isGone && <p class="empty">{words.noHit}</p>}
      {error && !isGone && <Notice error={error} onRetry={retry} />}
      {!hit && !error && <p class="empty" role="status" aria-label={text.loading} />}
      {hit && (
        <>
          <HitLinks hit={hit} access={access} navigation={navigation} />
          <div class="dialog-rows" tabIndex={0} role="region" aria-label={words.fields}>
            <HitFields hit={hit} />
          </div>
        </>
      )}
    </Dialog>
  )
}

/** What else there is to see of it. */
function HitLinks({ hit, access, navigation }: { hit: Hit; access: Access; navigation: Navigation }) {
  const { filters } = navigation.view
  const href = safeHref(hit.url)
  const person = personOf(hit)
  return (
    <nav class="hit-links" aria-label={text.more}>
      {person && mayOpen('person', access) && (
        <ViewLink navigation={navigation} to={{ page: 'person', more: person }}>
          {words.person}
        </ViewLink>
      )}
      <ViewLink navigation={navigation} to={{ page: 'overview', more: {}, filters: [...toggleFilter(filters.filter(([, dimension]) => dimension !== 'event:page'), 'event:page', hit.path)] }}>
        {words.ofPage}
      </ViewLink>
      {hit.session_id !== '' && (
        <ViewLink navigation={navigation} to={{ page: 'hits', filters: [], more: { session: hit.session_id } }}>
          {words.ofSession}
        </ViewLink>
      )}
      {href !== undefined && (
        <a href={href} target="_blank" rel="noopener noreferrer nofollow">
          {words.openUrl} ↗
        </a>
      )}
    </nav>
  )
}

/** By the name that says the most of them. */
function personOf({ user_id: user, session_id: session, visitor = '' }: Hit): Record<string, string> | undefined {
  if (user !== '') return { user }
  if (session !== '') return { session }
  return visitor === '' ? undefined : { visitor }
}

/** In the order in which the API names them; what is empty says nothing. */
function HitFields({ hit }: { hit: Hit }) {
  const fields = Object.entries(hit).filter(([, value]) => value !== '' && value !== null && value !== undefined)
  return (
    <table class="data hit-fields">
      <thead class="visually-hidden">
        <tr>
          <th scope="col">{words.field}</th>
          <th scope="col">{words.value}</th>
        </tr>
      </thead>
      <tbody>
        {fields.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              <bdi>{typeof value === 'object' ? JSON.stringify(value, null, 1) : String(value)}</bdi>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
