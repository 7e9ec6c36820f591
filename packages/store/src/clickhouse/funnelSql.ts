import { createFunnel, type FunnelQuery, type FunnelResult } from '../funnels/funnel.ts'
import { askVisits, stepSql, type VisitSource } from './visitsSql.ts'

/** Behind the bits of a hit's steps, of which there are at most eight, comes its place: so a sort puts hits in order. */
const places = 512

/**
 * Answers a funnel: the server goes through the hits of each visit that are steps, in order.
 * @throws RangeError as `HitStore.funnel` does
 */
export async function funnelSql(visits: VisitSource, query: FunnelQuery): Promise<FunnelResult> {
  const none = createFunnel(query).result()
  const reached = query.steps.map((_, index) => index + 1)
  const [row] = await askVisits<Record<string, number>>(visits, query, (source, reader) => {
    const steps = query.steps.map((step, index) => `toUInt64(${stepSql(source, reader, step, query)}) * ${1 << index}`)
    const mask = `(${steps.join(' + ')})`
    return {
      values: [`any(${reader.column('owner')}) AS visitor`, `arraySort(groupArrayIf(toUInt64(${reader.column('place')}) * ${places} + ${mask}, ${mask} > 0)) AS hits`],
      finish: (visits) => {
        const taken = `SELECT visitor, arrayFold((taken, hit) -> taken + toUInt64(bitTest(hit, toUInt8(taken))), hits, toUInt64(0)) AS taken FROM ${visits}`
        const byVisitor = `SELECT visitor, count() AS visits, max(taken) AS furthest${reached.map((step) => `, countIf(taken >= ${step}) AS visits${step}`).join('')} FROM (${taken}) GROUP BY visitor`
        const sums = reached.map((step) => `, sum(visits${step}) AS reached${step}, countIf(furthest >= ${step}) AS visitors${step}`).join('')
        return `SELECT sum(visits) AS reached0, count() AS visitors0${sums} FROM (${byVisitor})`
      },
    }
  })
  if (row === undefined) return none
  const [all = { visits: 0, visitors: 0 }, ...steps] = [0, ...reached].map((step) => ({ visits: Number(row[`reached${step}`]), visitors: Number(row[`visitors${step}`]) }))
  return { ...all, steps }
}
