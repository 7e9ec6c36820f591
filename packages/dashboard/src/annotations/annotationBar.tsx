import type { VNode } from 'preact'
import type { Access } from '../api.ts'
import { createLazy } from '../lazy.tsx'
import type { Navigation } from '../navigation.ts'
import { text } from '../text.ts'
import type { Annotation } from './annotation.ts'

interface AnnotationBarProps {
  navigation: Navigation
  access: Access
  /** The site's. */
  timezone: string
  /** Of the chart above. */
  annotations: readonly Annotation[]
  onChange: () => void
}

const detail = 'annotations'
const AnnotationsDialog = createLazy(async () => (await import('./annotationsDialog.tsx')).AnnotationsDialog)

/** Below a chart the way to what happened meanwhile; nothing for who can neither read of anything nor add something. */
export function AnnotationBar({ navigation, access, annotations, ...props }: AnnotationBarProps): VNode | null {
  const isOwner = access.role === 'owner'
  if (!isOwner && annotations.length === 0) return null
  return (
    <div class="trend-annotations">
      <button type="button" class="link" onClick={() => navigation.go({ detail })}>
        {text.annotations.open(annotations.length)}
      </button>
      {navigation.view.detail === detail && (
        <AnnotationsDialog {...props} annotations={annotations} isOwner={isOwner} onClose={() => navigation.turn({ detail: '' })} />
      )}
    </div>
  )
}
