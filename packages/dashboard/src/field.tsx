import type { ComponentChildren, VNode } from 'preact'
import { cloneElement } from 'preact'
import { useId } from 'preact/hooks'

interface FieldProps {
  label: string
  hint?: string | undefined
  /** What is wrong with what was typed. */
  problem?: string | undefined
  /** The input, which gets an id and says what describes it. */
  children: VNode<{ id?: string; 'aria-describedby'?: string | undefined; 'aria-invalid'?: boolean | undefined }>
}

/** An input with its label, and what there is to say of it. */
export function Field({ label, hint, problem, children }: FieldProps): VNode {
  const id = useId()
  const said: ComponentChildren = problem ?? hint
  return (
    <div class="labelled">
      <label for={id}>{label}</label>
      {cloneElement(children, { id, 'aria-describedby': said === undefined ? undefined : `${id}-said`, 'aria-invalid': problem === undefined ? undefined : true })}
      {said !== undefined && (
        <p id={`${id}-said`} class={problem === undefined ? 'hint' : 'problem'} role={problem === undefined ? undefined : 'alert'}>
          {said}
        </p>
      )}
    </div>
  )
}
