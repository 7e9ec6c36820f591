import type { Steps } from '../steps.ts'

/** So many texts are sorted, or merged, at a time. */
const stepSize = 2048

/** Distinct texts by code units, a millisecond or two at a time: parts are sorted, and then merged two by two. */
export function* sortTexts(texts: readonly string[]): Steps<readonly string[]> {
  let parts: string[][] = []
  for (let start = 0; start < texts.length; start += stepSize) {
    parts.push(texts.slice(start, start + stepSize).sort())
    yield
  }
  while (parts.length > 1) {
    const merged: string[][] = []
    for (let index = 0; index < parts.length; index += 2) merged.push(yield* merge(parts[index]!, parts[index + 1] ?? []))
    parts = merged
  }
  return parts[0] ?? []
}

function* merge(some: readonly string[], others: readonly string[]): Steps<string[]> {
  const merged: string[] = []
  let [at, next] = [0, stepSize]
  for (const text of some) {
    while (at < others.length && others[at]! < text) merged.push(others[at++]!)
    merged.push(text)
    if (merged.length < next) continue
    next += stepSize
    yield
  }
  while (at < others.length) merged.push(others[at++]!)
  return merged
}
