import { listNames } from '../reports/options.ts'
import { personKinds, readPerson, type Person } from '../persons/person.ts'
import { daysProblem, type ExportDays } from './exportDays.ts'
import { exportFormats, formatKinds, isExportFormat, type ExportFormat } from './formats.ts'

/** What a download is to be. */
export interface ExportRequest extends ExportDays {
  format: ExportFormat
  anonymize: boolean
  /** Whose hits alone. */
  person: Person | undefined
  /** By which whoever asked finds it in the list. */
  id: string | undefined
}

const known = ['site_id', 'format', 'anonymize', 'from', 'to', 'id', ...personKinds] as const
const switches: Readonly<Record<string, boolean>> = { '1': true, true: true, '0': false, false: false }

/**
 * Reads the query of a download. What it does not know it refuses, so that a mistyped `anonymize` hands out nobody's name.
 * @returns what is wrong, beginning with the name of the parameter
 */
export function readExportRequest(parameters: URLSearchParams): ExportRequest | string {
  const problem = parameterProblem(parameters)
  if (problem !== undefined) return problem
  const { format = 'csv', anonymize = '0', from, to, id } = Object.fromEntries(parameters) as Partial<Record<(typeof known)[number], string>>
  if (!isExportFormat(format)) return `format ${quote(format)}: must be ${listNames(exportFormats)}`
  if (!Object.hasOwn(switches, anonymize)) return `anonymize ${quote(anonymize)}: must be 1 or 0`
  if (id !== undefined && !/^[\w-]{1,64}$/.test(id)) return `id ${quote(id)}: must be 1 to 64 letters of A-Z, a-z, 0-9, _ and -`
  const person = personKinds.some((kind) => parameters.has(kind)) ? readPerson(Object.fromEntries(parameters)) : undefined
  if (typeof person === 'string') return person
  if (person !== undefined && switches[anonymize]) return 'anonymize: is not for one person, whom the question has named'
  return daysProblem({ from, to }) ?? { format, anonymize: switches[anonymize]!, person, from, to, id }
}

/** Letters that need no quoting anywhere: an id of a site has no others. */
export function exportFileName(site: string, { format, anonymize, person, from, to }: Omit<ExportRequest, 'id'>): string {
  const days = from !== undefined && to !== undefined ? [from, to] : [from && `from-${from}`, to && `to-${to}`]
  const words = ['treadlight', site, anonymize ? 'anonymised' : undefined, person && 'person', ...days].filter((word) => word !== undefined)
  return `${words.join('-')}.${formatKinds[format].extension}`
}

function parameterProblem(parameters: URLSearchParams): string | undefined {
  const names = [...parameters.keys()]
  const unknown = names.find((name) => !known.some((each) => each === name))
  if (unknown !== undefined) return `${quote(unknown)}: is no parameter; there are ${listNames(known).replace(' or ', ' and ')}`
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  return twice === undefined ? undefined : `${twice}: must be there once`
}

/** Short, and harmless wherever it is shown. */
function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}
