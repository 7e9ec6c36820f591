import type { VNode } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { text } from './text.ts'

/** A piece of code with a button that copies it, or selects it where pages may not copy. */
export function CopyCode({ code }: { code: string }): VNode {
  const [label, setLabel] = useState(text.welcome.copy)
  const element = useRef<HTMLElement>(null)

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(code)
      setLabel(text.welcome.copied)
    } catch {
      // Over plain http, other than on localhost, there is no clipboard.
      if (element.current) getSelection()?.selectAllChildren(element.current)
      setLabel(text.welcome.selected)
    }
  }

  return (
    <div class="tag">
      <code ref={element}>{code}</code>
      <button type="button" class="button" onClick={copy}>
        {label}
      </button>
    </div>
  )
}
