import { compareSteps, createJourneys, type JourneyColumn, type JourneyQuery, type JourneyResult } from '../funnels/journeys.ts'
import { stepKey, stepOf } from '../funnels/journeyStep.ts'
import { codeUnitsSql } from './codeUnits.ts'
import type { RowReader } from './rowsSource.ts'
import { askVisits, stepSql, type VisitSource } from './visitsSql.ts'

/** How many visits did something at a place of the journey: the most frequent of each place, and what all come to. */
interface Branch {
  /** From 1 on; 0 for what is counted of all visits. */
  place: number
  /** As `stepKey` has it; '' for the end. */
  step: string
  visits: number
  /** Of all steps of the place, the end included. */
  allSteps: number
  allVisits: number
}

/**
 * Answers what visits did next: the server follows each, and hands over the most frequent steps.
 * @throws RangeError as `HitStore.journeys` does
 */
export async function journeysSql(visits: VisitSource, query: JourneyQuery): Promise<JourneyResult> {
  const none = createJourneys(query).result()
  const { depth = 3, branches = 10, direction = 'after', events = true, from } = query
  const along = (query.along ?? []).map(stepKey)
  const rows = await askVisits<Branch>(visits, query, (source, reader) => {
    const { params } = source
    const begins = from === undefined ? '0' : stepSql(source, reader, from, query)
    const followed = params.add('Array(String)', along)
    const edge = direction === 'before' ? 'length(hits) + 1' : '0'
    const walk = [
      from === undefined ? `${edge} AS nth` : 'arrayFirstIndex(hit -> hit.2, hits) AS nth',
      `${from === undefined ? '1' : 'nth > 0'} AS isStarted`,
      direction === 'before' ? 'arrayReverse(arraySlice(hits, 1, nth - 1)) AS path' : 'arraySlice(hits, nth + 1) AS path',
      `arrayCompact(arrayFilter(step -> step != '', arrayMap(hit -> hit.3, path))) AS different`,
      `${from === undefined ? `''` : 'hits[nth].3'} AS begin`,
      `arraySlice(if(begin != '' AND different[1] = begin, arrayPopFront(different), different), 1, ${depth}) AS steps`,
      `arrayFirstIndex((step, wanted) -> step != wanted, arraySlice(steps, 1, length(${followed})), arraySlice(${followed}, 1, length(steps))) AS left`,
      `if(left > 0, arraySlice(steps, 1, left), steps) AS taken`,
      `arrayConcat(arrayZip(arrayMap(place -> toUInt8(place), arrayEnumerate(taken)), taken), if(left = 0 AND length(steps) < ${depth}, [(toUInt8(length(steps) + 1), '')], [])) AS counted`,
    ]
    return {
      values: [`arraySort(groupArray((${reader.column('place')}, ${begins}, ${stepKeySql(reader, events)}))) AS hits`],
      finish: (visits) => {
        const each = `SELECT arrayJoin(arrayConcat([(toUInt8(0), 'visits')], if(isStarted, arrayConcat([(toUInt8(0), 'started')], counted), []))) AS done FROM (SELECT ${walk.join(', ')} FROM ${visits})`
        const all = `SELECT done.1 AS place, done.2 AS step, count() AS visits FROM (${each}) GROUP BY place, step`
        const isKept = `step = '' OR step = arrayElement(${followed}, place)`
        const text = codeUnitsSql(`substring(step, position(step, ' ') + 1)`)
        return `SELECT place, step, visits, toUInt64(count() OVER (PARTITION BY place)) AS allSteps, sum(visits) OVER (PARTITION BY place) AS allVisits FROM (${all})
          ORDER BY place, ${isKept} DESC, visits DESC, ${text}, step DESC LIMIT ${branches + 2} BY place`
      },
    }
  })
  const count = (step: string) => Number(rows.find((row) => row.place === 0 && row.step === step)?.visits ?? 0)
  return {
    ...none,
    visits: count('visits'),
    started: count('started'),
    columns: none.columns.map((_, index) => readColumn(rows.filter(({ place }) => place === index + 1), along[index], branches)),
  }
}

/** What a hit is as a step, '' for none. */
function stepKeySql({ column }: RowReader, events: boolean): string {
  const event = events ? `if(${column('interactive')}, concat('event ', ${column('name')}), '')` : `''`
  return `if(${column('isView')}, concat('page ', ${column('path')}), ${event})`
}

function readColumn(rows: readonly Branch[], chosen: string | undefined, branches: number): JourneyColumn {
  const [{ allSteps = 0, allVisits = 0 } = {}] = rows
  const ended = Number(rows.find(({ step }) => step === '')?.visits ?? 0)
  const ordered = rows.filter(({ step }) => step !== '').toSorted((a, b) => b.visits - a.visits || compareSteps(a.step, b.step))
  const named = ordered.filter(({ step }, index) => index < branches || step === chosen)
  return {
    visits: Number(allVisits),
    steps: named.map(({ step, visits }) => ({ ...stepOf(step), visits: Number(visits) })),
    other: { steps: Number(allSteps) - named.length - Number(ended > 0), visits: Number(allVisits) - ended - named.reduce((sum, { visits }) => sum + Number(visits), 0) },
    ended,
  }
}
