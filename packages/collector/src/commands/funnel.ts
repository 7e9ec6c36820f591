import { createValues, type FunnelQuery, type FunnelResult, type Values } from '@treadlight/store'
import { describeFunnel, type FunnelRow } from '../funnels/describeFunnel.ts'
import { createFunnels, readFunnel, type Funnel } from '../funnels/funnels.ts'
import { parseStep, writeStep } from '../funnels/stepText.ts'
import type { VisitAnswer } from '../funnels/visitDesk.ts'
import { writeFunnel } from '../funnels/writeAnswer.ts'
import { openExistingStorage } from '../openStore.ts'
import { count } from '../progress.ts'
import type { Records } from '../records/records.ts'
import { ConfigError } from '../settings.ts'
import { QueryError } from '../stats/oneOf.ts'
import type { Command } from './command.ts'
import { asConfigError, askVisits, visitOptions } from './visitQuestion.ts'

const usage = 'funnel takes one of: funnel list, funnel add STEP STEP … --name NAME, funnel remove ID, funnel show ID, funnel show STEP STEP …'

/** `treadlight funnel list|add|remove|show`: how far visits come along some steps. */
export const funnel: Command = {
  name: 'funnel',
  positionals: 'list | add STEP STEP … | remove ID | show ID | show STEP STEP …',
  summary: 'Counts how far visits come along some steps; lists, adds and removes such funnels',
  details: [
    'A step is a path, in which * stands for any text, event:NAME or goal:NAME; a funnel has two to eight. show takes the id',
    'or the name of a saved one, or steps. Running collectors know of what is added or removed within 5 s.',
  ].join('\n'),
  options: [
    { name: 'name', type: 'string', summary: 'add: what it is called' },
    { name: 'json', type: 'boolean', summary: 'Prints { funnels }, the funnel, { removed }, or what POST /api/funnel answers' },
    ...visitOptions,
  ],
  async run({ config, values, positionals }) {
    const [action = '', ...words] = positionals
    const isJson = values['json'] === true
    if (action === 'show' && words.length > 0) {
      return askVisits(config, values, async ({ desk, site, values: small, body }) => {
        const steps = words.length === 1 ? (await named(createFunnels(small, Date.now), site.id, words[0]!)).steps : words.map(parseStep)
        const answer = await desk.funnel(site, { ...body, steps })
        return isJson ? JSON.stringify(writeFunnel(answer, body['filters'])) : table(answer)
      })
    }
    const act = actionOf(action, words, config.site, values['name'])
    // Not the store: a text file is open in the collector.
    const { storage, close } = await openExistingStorage(config)
    try {
      const { data, said } = await act(createValues(storage))
      console.log(isJson ? JSON.stringify(data) : said)
      return 0
    } finally {
      await close()
    }
  },
}

type Act = (values: Values) => Promise<{ data: object; said: string }>

/** @throws ConfigError before the storage is touched */
function actionOf(action: string, words: readonly string[], site: string, name: string | boolean | undefined): Act {
  if (action === 'list' && words.length === 0) return list(site)
  if (action === 'add') return add(site, readMade(name, words))
  if (action === 'remove' && words.length === 1) return remove(site, words[0]!)
  throw new ConfigError(usage)
}

function list(site: string): Act {
  return async (values) => {
    const funnels = await createFunnels(values, Date.now).list(site)
    const lines = funnels.map(({ id, name, steps }) => `${id}  ${name}: ${steps.map(writeStep).join(' → ')}`)
    return { data: { funnels }, said: lines.length === 0 ? 'There are no funnels: treadlight funnel add makes one.' : lines.join('\n') }
  }
}

function add(site: string, made: Funnel): Act {
  return async (values) => {
    const funnel = await createFunnels(values, Date.now).add(site, made).catch((error: unknown) => {
      throw error instanceof RangeError ? new ConfigError(`--name ${made.name}: ${error.message}`, { cause: error }) : error
    })
    return { data: funnel, said: `The funnel ${funnel.id} (${funnel.name}) has ${count(funnel.steps.length, 'step')}. Running collectors know of it within 5 s.` }
  }
}

function remove(site: string, word: string): Act {
  return async (values) => {
    const funnels = createFunnels(values, Date.now)
    const { id, name } = await named(funnels, site, word)
    await funnels.remove(site, id)
    return { data: { removed: id }, said: `The funnel ${id} (${name}) is removed; the hits that it counted stay.` }
  }
}

/** @throws ConfigError for none, and for a name that several have */
async function named(funnels: Records<Funnel>, site: string, word: string): ReturnType<Records<Funnel>['add']> {
  const all = await funnels.list(site)
  const [found, another] = all.filter(({ id, name }) => id === word || name === word)
  if (found === undefined) throw new ConfigError(`there is no funnel ${word}: treadlight funnel list says which there are; a funnel of its own takes two steps or more`)
  if (another !== undefined) throw new ConfigError(`there are several funnels called ${word}: name one by its id`)
  return found
}

/** @throws ConfigError naming what is wrong */
function readMade(name: string | boolean | undefined, words: readonly string[]): Funnel {
  try {
    return readFunnel({ name, steps: words.map(parseStep) })
  } catch (error) {
    throw error instanceof QueryError ? asConfigError(error) : error
  }
}

const heads = ['step', 'visitors', 'visits', 'dropped off', 'of step before', 'of first step']

function table({ query, result }: VisitAnswer<FunnelQuery, FunnelResult>): string {
  const rows = describeFunnel(query.steps, result).map((row, index) => cellsOf(`${index + 1}. ${writeStep(query.steps[index]!)}`, row))
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]!.length)))
  const line = (cells: readonly string[]) => cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ')
  return [`${count(result.visitors, 'visitor')} in ${count(result.visits, 'visit')}`, '', line(heads), ...rows.map(line), ...warnings(result)].join('\n')
}

function cellsOf(name: string, { visitors, visits, drop_off, step_rate, conversion_rate }: FunnelRow): string[] {
  const rate = (value: number | null) => (value === null ? '–' : `${value.toFixed(1)} %`)
  return [name, ...[visitors, visits, drop_off].map((value) => value.toLocaleString('en')), rate(step_rate), rate(conversion_rate)]
}

/** What pruning has taken, as lines below a table. */
export function warnings({ prunedBefore }: { prunedBefore?: number }): string[] {
  return prunedBefore === undefined ? [] : ['', `Of before ${new Date(prunedBefore).toISOString()} only the hits that retention has left are counted.`]
}
