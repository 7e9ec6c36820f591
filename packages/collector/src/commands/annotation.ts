import { annotationsOf, createAnnotations, removalOf } from '../annotations/annotations.ts'
import { readAnnotation, type Annotation } from '../annotations/readAnnotation.ts'
import type { Recorded } from '../records/records.ts'
import { ConfigError } from '../settings.ts'
import { storageOptions, type Command } from './command.ts'
import { siteOption, withSite } from './withSite.ts'

const usage = 'annotation takes one of: annotation list, annotation add TEXT, annotation change ID, annotation remove ID'
const operands: Readonly<Record<string, number>> = { list: 0, add: 1, change: 1, remove: 1 }

/** `treadlight annotation list|add|change|remove`: what happened to a site, as marks on its trend. */
export const annotation: Command = {
  name: 'annotation',
  positionals: 'list | add TEXT | change ID | remove ID',
  summary: 'Lists, adds, changes and removes annotations: marks on the trend, such as deploys',
  details: [
    'Without --time an annotation is of now. From elsewhere the API does the same, with a token of scope annotations:',
    'curl COLLECTOR/api/annotations -H "Authorization: Bearer tl_…" -d \'{ "text": "v1.2 deployed" }\'',
  ].join('\n'),
  options: [
    { name: 'time', type: 'string', summary: 'add, change: 2026-11-21, 2026-11-21T14:30:00Z, or "2026-11-21 14:30:00" by the site’s clock' },
    { name: 'text', type: 'string', summary: 'change: what happened' },
    { name: 'link', type: 'string', summary: 'add, change: an address with more of it; "" for none' },
    { name: 'dry-run', type: 'boolean', summary: 'remove: says what that would do, removes nothing' },
    { name: 'json', type: 'boolean', summary: 'Prints { annotations }, the annotation, or { id, removed, dry_run, sentence }' },
    siteOption,
    ...storageOptions,
  ],
  async run({ config, values, positionals }) {
    const [action = '', operand] = positionals
    if (!Object.hasOwn(operands, action) || positionals.length !== operands[action]! + 1) throw new ConfigError(usage)
    const isJson = values['json'] === true
    return withSite(config, values['site'], async (small, { id: site, timezone }) => {
      const annotations = createAnnotations(small, Date.now)
      const all = await annotations.list(site)
      if (action === 'list') console.log(isJson ? JSON.stringify({ annotations: annotationsOf(all, timezone) }) : listed(annotationsOf(all, timezone)))
      else if (action === 'add') tell(await annotations.add(site, readWanted({ ...given(values), text: operand }, timezone)), 'added', isJson)
      else {
        const old = all.find(({ id }) => id === operand)
        if (!old) throw new ConfigError(`there is no annotation ${operand}: treadlight annotation list says which there are`)
        if (action === 'change') tell((await annotations.replace(site, old.id, readWanted({ ...old, ...given(values) }, timezone)))!, 'changed', isJson)
        else {
          const isDry = values['dry-run'] === true
          if (!isDry) await annotations.remove(site, old.id)
          const sentence = removalOf(old)
          console.log(isJson ? JSON.stringify({ id: old.id, removed: isDry ? 0 : 1, dry_run: isDry, sentence }) : isDry ? `Nothing is removed yet. ${sentence}` : sentence)
        }
      }
      return 0
    })
  },
}

function given(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(['time', 'text', 'link'].flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])))
}

/** @throws ConfigError naming the field */
function readWanted(wanted: Record<string, unknown>, zone: string): Annotation {
  const read = readAnnotation(wanted, zone, Date.now())
  if (typeof read === 'string') throw new ConfigError(read)
  return read
}

function tell(made: Recorded<Annotation>, what: string, isJson: boolean): void {
  console.log(isJson ? JSON.stringify(made) : `The annotation ${made.id} of ${made.time} is ${what}. Running collectors know of it within 10 s.`)
}

function listed(all: readonly Recorded<Annotation>[]): string {
  if (all.length === 0) return 'There are no annotations: treadlight annotation add makes one.'
  return all.map(({ id, time, text, link }) => `${id}  ${time.padEnd(24)}  ${text}${link === undefined ? '' : `  ${link}`}`).join('\n')
}
