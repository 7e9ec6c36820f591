import type { ComponentChildren, VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { Access } from '../api.ts'
import type { Interval } from '../format.ts'
import type { Navigation } from '../navigation.ts'
import { type Marks, marksOf } from './annotation.ts'
import { AnnotationBar } from './annotationBar.tsx'
import { useAnnotations } from './useAnnotations.ts'

interface AnnotatedTrendProps {
  navigation: Navigation
  access: Access
  /** The site's. */
  timezone: string
  /** What the chart shows, ISO times, half open; then what it holds that against, if anything. */
  ranges: readonly (readonly [from: string, to: string])[]
  /** The buckets of each range. */
  labels: readonly (readonly string[])[]
  interval: Interval
  /** The chart, given the marks of each range. */
  children: (marks: readonly Marks[]) => ComponentChildren
}

/** A chart with what happened meanwhile, and the way to that. */
export function AnnotatedTrend({ navigation, access, timezone, ranges, labels, interval, children }: AnnotatedTrendProps): VNode {
  const [changes, setChanges] = useState(0)
  const annotations = useAnnotations(ranges, changes)
  return (
    <>
      {children(annotations.map((each, index) => marksOf(each, labels[index] ?? [], interval, timezone)))}
      <AnnotationBar navigation={navigation} access={access} timezone={timezone} annotations={annotations[0] ?? []} onChange={() => setChanges((count) => count + 1)} />
    </>
  )
}
