/** What a visit does: see a page, where `*` stands for any text, send an event, or reach a goal. */
export interface Step {
  kind: (typeof stepKinds)[number]
  value: string
}

export const stepKinds = ['page', 'event', 'goal'] as const

/** A step as the API has it. */
export type ApiStep = Readonly<Partial<Record<Step['kind'], string>>>

export function toApiStep({ kind, value }: Step): ApiStep {
  return { [kind]: value }
}

export function fromApiStep(step: ApiStep): Step {
  const kind = stepKinds.find((each) => step[each] !== undefined) ?? 'page'
  return { kind, value: step[kind] ?? '' }
}

/** Most letters of a step that an address keeps. */
const longestWritten = 300

/** A step as an address has it: `page:/pricing`; undefined for one that is too long to be kept there. */
export function writeStep({ kind, value }: Step): string | undefined {
  const text = `${kind}:${value}`
  return text.length > longestWritten ? undefined : text
}

/** The reverse of `writeStep`; undefined for any other text. */
export function readStep(text: string | undefined): Step | undefined {
  const [, kind, value] = /^(page|event|goal):([^]*)$/.exec(text ?? '') ?? []
  return kind === undefined || value === undefined ? undefined : { kind: kind as Step['kind'], value }
}
