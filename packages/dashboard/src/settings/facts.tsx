import type { VNode } from 'preact'

/** Names with what there is to say of each. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, said: string])[] }): VNode {
  return (
    <dl class="facts">
      {facts.map(([name, said]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{said}</dd>
        </div>
      ))}
    </dl>
  )
}
