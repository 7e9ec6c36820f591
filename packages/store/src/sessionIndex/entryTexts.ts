import { classesOf, type DayColumns, type FieldTexts } from './dayColumns.ts'
import type { VisitText } from './sessionIndex.ts'

/** What the rows say of their visits, by the names that an index has for it. */
export function entryTexts(columns: DayColumns, name: VisitText, rows: Uint32Array): FieldTexts {
  return name === 'rawSource' ? rawSources(columns, rows) : ofRows(visitTexts(columns, name), rows)
}

/** The same of all rows. */
export function visitTexts(columns: DayColumns, name: Exclude<VisitText, 'rawSource'>): FieldTexts {
  return name === 'screenClass' ? classesOf(columns.text('screen')) : columns.text(name)
}

/** The texts of some rows. */
function ofRows({ values, codes }: FieldTexts, rows: Uint32Array): FieldTexts {
  const its = new Uint32Array(rows.length)
  for (let at = 0; at < rows.length; at++) its[at] = codes[rows[at]!]!
  return { values, codes: its }
}

function rawSources(columns: DayColumns, rows: Uint32Array): FieldTexts {
  const [source, host] = [columns.text('source'), columns.text('referrerHost')]
  const codes = new Uint32Array(rows.length)
  for (let at = 0; at < codes.length; at++) {
    const code = source.codes[rows[at]!]!
    codes[at] = source.values[code] ? code : source.values.length + host.codes[rows[at]!]!
  }
  return { values: [...source.values, ...host.values], codes }
}
