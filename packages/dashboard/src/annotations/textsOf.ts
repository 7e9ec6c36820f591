import type { Marks } from './annotation.ts'

/** What happened in a bucket, as one text for tables. */
export function textsOf(marks: Marks, index: number): string {
  return (marks.get(index) ?? []).map(({ text }) => text).join('; ')
}
