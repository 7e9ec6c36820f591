import type { VNode } from 'preact'
import type { Annotation } from './annotation.ts'

/** What happened in a bucket, where the cursor is. */
export function AnnotationNotes({ annotations }: { annotations: readonly Annotation[] | undefined }): VNode[] {
  return (annotations ?? []).map(({ id, text }) => (
    <div key={id} class="tooltip-note">
      <bdi>{text}</bdi>
    </div>
  ))
}
