import type { VNode } from 'preact'
import type { Access, Site } from './api.ts'
import { formatRange } from './format.ts'
import type { Navigation } from './navigation.ts'
import { text } from './text.ts'
import { ViewLink } from './viewLink.tsx'

/** Nobody is to take made-up numbers for real ones, wherever they come upon them. Nothing for a site whose visits are real. */
export function MadeUp({ site, access, navigation }: { site: Site; access: Access; navigation: Navigation }): VNode | null {
  if (!site.demo) return null
  const { from, to, is_filled: isFilled } = site.demo
  return (
    <p class="made-up" role="note">
      <strong>{text.demo.title}</strong> {text.demo.says(site.id, formatRange([from, to]))} {!isFilled && `${text.demo.isFilling} `}
      {access.role === 'owner' && navigation.view.page !== 'settings' && (
        <ViewLink navigation={navigation} to={{ page: 'settings', more: {} }}>
          {text.demo.settings}
        </ViewLink>
      )}
    </p>
  )
}
