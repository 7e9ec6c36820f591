import type { ComponentChildren, VNode } from 'preact'
import type { Hover } from './plot.tsx'

/** Says what is under the cursor, on the side that has room. */
export function Tooltip({ hover, children }: { hover: Hover; children: ComponentChildren }): VNode {
  const side = hover.left > hover.width / 2 ? 'is-left' : 'is-right'
  return (
    <div class={`tooltip ${side}`} style={{ transform: `translate(${hover.left}px, 0)` }}>
      <div class="tooltip-text">{children}</div>
    </div>
  )
}
