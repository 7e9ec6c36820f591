import type { FactTable } from '../factTable.ts'
import { columnsOfParts } from './columnsOfParts.ts'
import type { DayColumns } from './dayColumns.ts'

/**
 * The columns of a home day whose hits are the facts of this table, as they are now, and none of them hidden: nothing here
 * tells. Undefined where that cannot be said from the columns alone, or not by an index, such as where two facts make one
 * hit: then the hits have to be made.
 */
export function columnsOfTable(table: FactTable): DayColumns | undefined {
  const parts = table.hasShared() ? undefined : table.parts()
  return parts && columnsOfParts(table.day, parts)
}
