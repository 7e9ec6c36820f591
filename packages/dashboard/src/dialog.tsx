import type { ComponentChildren, VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { text } from './text.ts'

interface DialogProps {
  title: string
  /** Closed by its button, Escape or a click beside it. The focus returns to where it was by itself. */
  onClose: () => void
  children: ComponentChildren
}

/** A modal dialog with a title and a way out. */
export function Dialog({ title, onClose, children }: DialogProps): VNode {
  const dialog = useRef<HTMLDialogElement>(null)

  useEffect(() => {
    const opener = document.activeElement
    dialog.current?.showModal()
    // What opened it may have been drawn anew meanwhile, and taken away with it the focus to return.
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus()
    }
  }, [])
  const closeOutside = (event: MouseEvent) => {
    if (event.target === dialog.current) dialog.current?.close()
  }

  return (
    <dialog ref={dialog} class="dialog" aria-label={title} onClose={onClose} onMouseDown={closeOutside}>
      <div class="dialog-body">
        <header class="panel-header">
          <h2>{title}</h2>
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            {text.close}
          </button>
        </header>
        {children}
      </div>
    </dialog>
  )
}
