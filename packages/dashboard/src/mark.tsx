import type { VNode } from 'preact'

/** Two steps, the earlier one already fading. The drawing of `mark.svg`, in the colours of the page. */
export function Mark(): VNode {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <Step class="mark-before" transform="translate(9.5 20.5) rotate(-8)" />
      <Step transform="translate(22.5 12) rotate(8)" />
    </svg>
  )
}

function Step(props: { class?: string; transform: string }) {
  return (
    <g {...props}>
      <ellipse cy="-4" rx="5.3" ry="6.6" />
      <ellipse cy="7.6" rx="3.7" ry="3.4" />
    </g>
  )
}
