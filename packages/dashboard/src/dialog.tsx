import type { ComponentChildren, VNode } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { text } from './text.ts'

interface DialogProps {
  title: string
  /** Closed by its button, Escape or a click beside it. The focus returns to where it was by itself. */
  onClose: () => void
  /** Beside the way out. */
  actions?: ComponentChildren
  /** For tables. */
  isWide?: boolean
  children: ComponentChildren
}

/** A modal dialog with a title and a way out. */
export function Dialog({ title, onClose, actions, isWide = false, children }: DialogProps): VNode {
  const dialog = useRef<HTMLDialogElement>(null)

  useLayoutEffect(() => {
    const element = dialog.current!
    const opener = document.activeElement
    element.showModal()
    // What opened it may have been drawn anew meanwhile, and taken away with it the focus to return.
    return () => {
      element.close()
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus()
    }
  }, [])
  // `close` comes late: the dialog may have been left by the back button, and the view is another one already.
  const closeIfThere = () => {
    if (dialog.current?.isConnected) onClose()
  }
  const closeOutside = (event: MouseEvent) => {
    if (event.target === dialog.current) dialog.current?.close()
  }

  return (
    <dialog
      ref={dialog}
      class={isWide ? 'dialog is-wide' : 'dialog'}
      aria-label={title}
      onClose={closeIfThere}
      onMouseDown={closeOutside}
    >
      <div class="dialog-body">
        <header class="panel-header">
          <h2>{title}</h2>
          <div class="dialog-actions">
            {actions}
            <button type="button" class="button" onClick={() => dialog.current?.close()}>
              {text.close}
            </button>
          </div>
        </header>
        {children}
      </div>
    </dialog>
  )
}
