import type { VNode } from 'preact'
import { adminPages } from './adminPages.ts'
import type { Access } from './api.ts'
import type { Navigation } from './navigation.ts'
import { pageNames, type PageName } from './pageNames.ts'
import { text } from './text.ts'
import { useShown } from './useShown.ts'
import { writeView } from './view.ts'

/** The ways to the pages that who looks may open. */
export function PageLinks({ navigation, access }: { navigation: Navigation; access: Access }): VNode | null {
  const { view, go } = navigation
  const frame = useShown(view.page)
  const names = pageNames.filter((name) => mayOpen(name, access) && adminPages[name]?.isListed !== false && name !== 'realtime')
  if (names.length === 1) return null

  function open(event: MouseEvent, name: PageName): void {
    // A tab of its own is the browser's to open.
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    go({ page: name, more: {}, detail: '' })
  }

  return (
    <nav ref={frame} class="page-links" aria-label={text.pagesLabel}>
      {names.map((name) => (
        <a
          key={name}
          href={location.pathname + writeView({ ...view, page: name, more: {}, detail: '' })}
          aria-current={isCurrent(name, view.page) ? 'page' : undefined}
          onClick={(event) => open(event, name)}
        >
          {text.pages[name]}
        </a>
      ))}
    </nav>
  )
}

/** Whether the page is there, for who looks. */
export function mayOpen(name: PageName, access: Access): boolean {
  if (name === 'overview' || name === 'realtime') return true
  const page = adminPages[name]
  return page !== undefined && (!page.isOwners || access.role === 'owner')
}

function isCurrent(name: PageName, open: PageName): boolean {
  return name === open || (name === 'overview' && open === 'realtime')
}
