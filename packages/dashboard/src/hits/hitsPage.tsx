import type { VNode } from 'preact'
import type { AdminPageProps } from '../adminPages.ts'
import { useAnswer } from '../answer.ts'
import { formatExact } from '../format.ts'
import { MoreChips } from '../moreChips.tsx'
import { Notice } from '../notice.tsx'
import { Paging } from '../paging.tsx'
import { useScope } from '../scope.ts'
import { text } from '../text.ts'
import type { HitPage } from './hit.ts'
import { HitControls } from './hitControls.tsx'
import { HitDialog } from './hitDialog.tsx'
import { HitTable } from './hitTable.tsx'
import { defaultOrder, isNarrowed, toHitQuery } from './hitQuery.ts'
import { words } from './words.ts'

/** Every hit behind a number: what the dashboard's filters and period let through, to search, to order and to open (PV24). */
export function HitsPage({ client, site, access, navigation }: AdminPageProps): VNode {
  const { base, revision } = useScope()
  const { view, go } = navigation
  const { more } = view
  const query = { site_id: site.id, ...toHitQuery(base, more) }
  const order = more['order'] ?? defaultOrder
  // Behind the first page, rows that come would push away those that somebody reads.
  const isFollowing = more['n'] === undefined
  const { value, error, isStale, retry } = useAnswer(`hits ${JSON.stringify(query)}`, isFollowing ? revision : 0, (signal) => client.get<HitPage>('api/hits', query, signal))
  /** What is looked for has another first page. */
  const narrow = (change: Record<string, string | undefined>) => go({ more: { ...more, n: undefined, id: undefined, ...change } })

  return (
    <section class="sheet listing" aria-labelledby="hits-title">
      <header class="panel-header">
        <h2 id="hits-title">{words.title}</h2>
      </header>
      <HitControls more={more} onChange={narrow} />
      <MoreChips label={words.chips} names={words.chipNames} removeLabel={words.removeChip} navigation={navigation} />
      {error && <Notice error={error} onRetry={retry} />}
      {!value && !error && <div class="listing-rows is-pending" role="status" aria-label={text.loading} />}
      {value && (
        <div class={isStale ? 'listing-rows is-stale' : 'listing-rows'}>
          <HitTable
            hits={value.results}
            timezone={site.timezone}
            navigation={navigation}
            order={order}
            onOrder={(next) => narrow({ order: next === defaultOrder ? undefined : next })}
            empty={isNarrowed(more) || view.filters.length > 0 ? words.emptyFiltered : words.empty}
          />
          <Paging
            page={value.page}
            pages={value.pages}
            said={words.place(formatExact(value.page), formatExact(value.pages), formatExact(value.total))}
            onMove={(page) => narrow({ n: page === 1 ? undefined : String(page) })}
          />
        </div>
      )}
      {more['id'] !== undefined && <HitDialog key={more['id']} id={more['id']} client={client} site={site} access={access} navigation={navigation} />}
    </section>
  )
}
