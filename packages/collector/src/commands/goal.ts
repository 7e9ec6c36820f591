import type { Goal } from '@treadlight/store'
import { createGoals, maxGoals, type Goals } from '../goals/goals.ts'
import { readGoal } from '../goals/readGoal.ts'
import { ConfigError } from '../settings.ts'
import { storageOptions, type Command } from './command.ts'
import { siteOption, withSite } from './withSite.ts'

const usage = 'goal takes one of: goal list, goal add --event NAME, goal add --page PATH, goal remove NAME'

/** `treadlight goal list|add|remove`: what visitors are to do. */
export const goal: Command = {
  name: 'goal',
  positionals: 'list | add | remove NAME',
  summary: 'Lists, adds and removes goals: events and pages that count as conversions',
  details: [
    'Until one is named, every event is a goal of its own name. Goals count for the past too, and removing one deletes no',
    'numbers: it can be added again. Running collectors know of it within 10 s.',
  ].join('\n'),
  options: [
    { name: 'event', type: 'string', summary: 'add: the name of an event' },
    { name: 'page', type: 'string', summary: 'add: a page by its path, where * stands for any text: /thanks*' },
    { name: 'name', type: 'string', summary: 'add: what it is called (default as the event, or Visit PATH)' },
    { name: 'json', type: 'boolean', summary: 'Prints { goals, every_event }, the goal, or { removed }' },
    siteOption,
    ...storageOptions,
  ],
  async run({ config, values, positionals }) {
    const [action, name] = positionals
    const isWhole = positionals.length === (action === 'remove' ? 2 : 1)
    if (!isWhole || (action !== 'list' && action !== 'add' && action !== 'remove')) throw new ConfigError(usage)
    const isJson = values['json'] === true
    // Before the storage is touched.
    const wanted = action === 'add' ? readWanted(values) : undefined
    return withSite(config, values['site'], async (small, { id: site }) => {
      const goals = createGoals(small, Date.now)
      console.log(wanted ? await add(goals, site, wanted, isJson) : action === 'list' ? listed(await goals.list(site), isJson) : await remove(goals, site, name!, isJson))
      return 0
    })
  },
}

/** @throws ConfigError naming the option */
function readWanted({ event, page, name }: Record<string, unknown>): Goal {
  const wanted = readGoal({ event, page, name })
  if (typeof wanted === 'string') throw new ConfigError(`--${wanted}`)
  return wanted
}

async function add(goals: Goals, site: string, wanted: Goal, isJson: boolean): Promise<string> {
  if ((await goals.list(site)).length >= maxGoals) throw new ConfigError(`site ${site} has ${maxGoals} goals, and no more are taken: remove one first`)
  if (!(await goals.add(site, wanted))) throw new ConfigError(`there is a goal ${JSON.stringify(wanted.name)} already: remove it first, or give this one another --name`)
  return isJson ? JSON.stringify({ site_id: site, ...wanted }) : `The goal “${wanted.name}” is added. Running collectors know of it within 10 s.`
}

function listed(all: readonly Goal[], isJson: boolean): string {
  if (isJson) return JSON.stringify({ goals: all, every_event: all.length === 0 })
  if (all.length === 0) return 'There are no goals, so every event is one of its own name: treadlight goal add names one.'
  return all.map((goal) => `${goal.name}  ${'page' in goal ? `page ${goal.page}` : `event ${goal.event}`}`).join('\n')
}

async function remove(goals: Goals, site: string, name: string, isJson: boolean): Promise<string> {
  if (!(await goals.remove(site, name))) throw new ConfigError(`there is no goal ${JSON.stringify(name)}: treadlight goal list says which there are`)
  return isJson ? JSON.stringify({ removed: name }) : `The goal “${name}” is removed; its numbers stay, and come back with it. Running collectors know of it within 10 s.`
}
