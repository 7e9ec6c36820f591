import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { AdminPageProps } from '../adminPages.ts'
import { Notice } from '../notice.tsx'
import { text } from '../text.ts'
import { useFunnels } from './funnelApi.ts'
import { FunnelCard } from './funnelCard.tsx'
import { FunnelForm } from './funnelForm.tsx'
import { words } from './words.ts'

/** The form's word in the address. */
const form = 'funnel'

/** The funnels of a site, each with how far visits of the period came. */
export function FunnelsPage({ navigation, access, site }: AdminPageProps): VNode {
  const [changes, setChanges] = useState(0)
  const { value: funnels, error, retry } = useFunnels(changes)
  const isOwner = access.role === 'owner'
  const close = () => navigation.turn({ detail: '' })
  const change = () => setChanges((count) => count + 1)

  return (
    <div class="funnels">
      <header class="funnels-header">
        <p class="hint">{words.explain}</p>
        {isOwner && (
          <button type="button" class="button is-primary" onClick={() => navigation.go({ detail: form })}>
            {words.make}
          </button>
        )}
      </header>
      {error && <Notice error={error} onRetry={retry} />}
      {!funnels && !error && <p class="empty" role="status" aria-label={text.loading} />}
      {funnels?.length === 0 && <p class="empty">{isOwner ? words.empty : words.emptyForViewer}</p>}
      {funnels?.map((funnel) => (
        <FunnelCard key={`${site.id} ${funnel.id}`} funnel={funnel} timezone={site.timezone} navigation={navigation} onRemoved={isOwner ? change : undefined} />
      ))}
      {isOwner && navigation.view.detail === form && (
        <FunnelForm
          onClose={close}
          onMade={() => {
            close()
            change()
          }}
        />
      )}
    </div>
  )
}
