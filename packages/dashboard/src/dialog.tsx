import type { ComponentChildren, VNode } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { text } from './text.ts'

interface DialogProps {
  title: string
  onClose: () => void
  /** Beside the title. */
  actions?: ComponentChildren
  isWide?: boolean
  children: ComponentChildren
}

/** Something over the page: left by its button, Escape or a click beside it; the focus returns to where it was. */
export function Dialog({ title, onClose, actions, isWide = false, children }: DialogProps): VNode {
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const element = dialog.current!
    element.showModal()
    // Closed before it is taken away: only then the browser gives the focus back.
    return () => element.close()
  }, [])
  // `close` comes late, when the dialog may have been left by the back button: then the view is another one already.
  const closeIfThere = () => {
    if (dialog.current?.isConnected) onClose()
  }
  const closeOutside = (event: MouseEvent) => {
    if (event.target === dialog.current) onClose()
  }

  return (
    <dialog ref={dialog} class={isWide ? 'dialog is-wide' : 'dialog'} aria-label={title} onClose={closeIfThere} onMouseDown={closeOutside}>
      <div class="dialog-body">
        <header class="panel-header">
          <h2>{title}</h2>
          <div class="dialog-actions">
            {actions}
            <button type="button" class="button" onClick={onClose}>
              {text.close}
            </button>
          </div>
        </header>
        {children}
      </div>
    </dialog>
  )
}
