import type { JourneyColumn, JourneyQuery, JourneyResult, JourneyStep } from '@treadlight/store'
import { parseStep, writeStep } from '../funnels/stepText.ts'
import type { VisitAnswer } from '../funnels/visitDesk.ts'
import { writeJourneys } from '../funnels/writeAnswer.ts'
import { count } from '../progress.ts'
import { ConfigError } from '../settings.ts'
import type { Command } from './command.ts'
import { warnings } from './funnel.ts'
import { askVisits, visitOptions } from './visitQuestion.ts'

/** `treadlight journeys`: what visits did next. */
export const journeys: Command = {
  name: 'journeys',
  positionals: 'STEP …',
  summary: 'Counts what visits did next, or before',
  details: [
    'From where they began, or from the first page, event or goal that --start names, a column for each step; what is named',
    'behind the options are steps that they took, and the columns behind those are of the visits that did.',
    'A step is a path, event:NAME or (for --start) goal:NAME; in the path of --start * stands for any text.',
  ].join('\n'),
  options: [
    { name: 'start', type: 'string', summary: 'Where the journey begins (default where visits do; with --before, where they end)' },
    { name: 'before', type: 'boolean', summary: 'Backwards: what they did before' },
    { name: 'pages', type: 'boolean', summary: 'Pages only: events are no steps' },
    { name: 'depth', type: 'string', summary: 'How many steps are followed, 1 to 5 (default 3)' },
    { name: 'branches', type: 'string', summary: 'How many different steps are named of each, 1 to 100 (default 10)' },
    { name: 'json', type: 'boolean', summary: 'Prints what POST /api/journeys answers' },
    ...visitOptions,
  ],
  run({ config, values, positionals }) {
    const question = {
      ...(values['start'] !== undefined && { from: parseStep(String(values['start'])) }),
      direction: values['before'] === true ? 'before' : 'after',
      events: values['pages'] !== true,
      along: positionals.map(parseStep),
      ...numberOf('depth', values['depth']),
      ...numberOf('branches', values['branches']),
    }
    return askVisits(config, values, async ({ desk, site, body }) => {
      const answer = await desk.journeys(site, { ...body, ...question })
      return values['json'] === true ? JSON.stringify(writeJourneys(answer, body['filters'])) : columns(answer)
    })
  },
}

/** @throws ConfigError for what is no number */
function numberOf(name: string, value: string | boolean | undefined): Record<string, number> {
  if (value === undefined) return {}
  if (!/^\d+$/.test(String(value))) throw new ConfigError(`--${name}: must be a whole number`)
  return { [name]: Number(value) }
}

function columns({ query, result }: VisitAnswer<JourneyQuery, JourneyResult>): string {
  const { from, direction = 'after', along = [] } = query
  const begin = from ? writeStep(from) : direction === 'after' ? 'the beginning' : 'the end'
  const lines = result.columns.flatMap((column, index) => (column.visits === 0 ? [] : ['', `step ${index + 1}${chosen(along, index)}`, ...linesOf(column, direction)]))
  return [`${result.started.toLocaleString('en')} of ${count(result.visits, 'visit')}, ${direction} ${begin}`, ...lines, ...warnings(result)].join('\n')
}

function chosen(along: readonly JourneyStep[], index: number): string {
  const taken = along.slice(0, index).map(writeStep)
  return taken.length === 0 ? '' : `, along ${taken.join(' → ')}`
}

function linesOf({ steps, other, ended }: JourneyColumn, direction: 'after' | 'before'): string[] {
  const rows: [number, string][] = steps.map((step) => [step.visits, writeStep(step)])
  if (other.visits > 0) rows.push([other.visits, `(${count(other.steps, 'other')})`])
  if (ended > 0) rows.push([ended, direction === 'after' ? '(left)' : '(began)'])
  const width = Math.max(...rows.map(([visits]) => visits.toLocaleString('en').length))
  return rows.map(([visits, name]) => `  ${visits.toLocaleString('en').padStart(width)}  ${name}`)
}
