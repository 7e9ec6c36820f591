import { compareText } from '../byTime.ts'
import type { Query } from '../query.ts'
import { touches, type CountedDay } from './addImported.ts'
import { describeImport, importId, type ImportedSums, type ImportInfo } from './importedSums.ts'

/** What importing sums means: which days count, and by what they are told. */
export interface ReferenceImports {
  add(sums: ImportedSums, now: number): boolean
  list(): ImportInfo[]
  remove(id: string): boolean
  /** The days of a range that count. @param hasOwn whether a day has hits of its own, or had */
  find(range: Query['range'], hasOwn: (day: string) => boolean): CountedDay[]
}

export function createReferenceImports(): ReferenceImports {
  let imports: { info: ImportInfo; sums: ImportedSums }[] = []

  return {
    add(sums, now) {
      const id = importId(sums)
      if (imports.some(({ info }) => info.id === id)) return false
      imports.push({ info: describeImport(id, sums, now), sums: structuredClone(sums) })
      imports = imports.toSorted((a, b) => a.info.at - b.info.at || compareText(a.info.id, b.info.id))
      return true
    },
    list: () => imports.map(({ info }) => ({ ...info })),
    remove(id) {
      const left = imports.filter(({ info }) => info.id !== id)
      const isGone = left.length < imports.length
      imports = left
      return isGone
    },
    find(range, hasOwn) {
      const found = new Map<string, CountedDay>()
      for (const { sums } of imports) {
        for (const day of sums.days) if (touches(day, range) && !hasOwn(day.day) && !found.has(day.day)) found.set(day.day, { day, sums: sums.sums })
      }
      return [...found.values()]
    },
  }
}
