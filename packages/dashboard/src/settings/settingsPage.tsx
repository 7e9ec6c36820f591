import type { VNode } from 'preact'
import type { AdminPageProps } from '../adminPages.ts'
import { useShown } from '../useShown.ts'
import { sections } from './sections.ts'
import { words } from './words.ts'

/** Everything that is set, a section at a time. */
export function SettingsPage(props: AdminPageProps): VNode {
  const { navigation } = props
  const open = sections.find(({ id }) => id === navigation.view.more['section']) ?? sections[0]
  const frame = useShown(open.id)
  return (
    <div class="settings">
      <nav ref={frame} class="settings-list" aria-label={words.sections}>
        {sections.map(({ id, name }) => (
          <button key={id} type="button" class="settings-link" aria-current={id === open.id ? 'page' : undefined} onClick={() => navigation.go({ more: { section: id } })}>
            {name}
          </button>
        ))}
      </nav>
      <section class="sheet admin-sheet" aria-labelledby="settings-name">
        <h2 id="settings-name">{open.name}</h2>
        <open.Body key={`${open.id} ${props.site.id}`} {...props} />
      </section>
    </div>
  )
}
