import type { ComponentChildren, VNode } from 'preact'
import type { Navigation } from './navigation.ts'
import { type View, writeView } from './view.ts'

interface ViewLinkProps {
  navigation: Navigation
  /** What changes of the view that is open. */
  to: Partial<View>
  class?: string | undefined
  /** What it does, where its text does not say that. */
  label?: string | undefined
  title?: string | undefined
  children: ComponentChildren
}

/** A way to another view: in place, or in a tab of its own as every link. */
export function ViewLink({ navigation, to, class: name, label, title, children }: ViewLinkProps): VNode {
  function follow(event: MouseEvent): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    navigation.go(to)
  }
  return (
    <a class={name} href={location.pathname + writeView({ ...navigation.view, ...to })} aria-label={label} title={title} onClick={follow}>
      {children}
    </a>
  )
}
