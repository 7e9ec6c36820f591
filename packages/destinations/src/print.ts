import { defineDestination } from './defineDestination.ts'
import type { CommonOptions, Destination } from './destination.ts'
import { commonOf } from './options.ts'

export interface PrintOptions extends CommonOptions {
  /** Gets a line for each hit. @default console.log */
  write?: (line: string) => void
}

/** Writes hits to the console as lines of JSON: to see what a destination would get. */
export function print({ write = console.log, ...options }: PrintOptions = {}): Destination<string> {
  return defineDestination<string>({
    name: 'console',
    allowPrivate: true,
    ...commonOf('print', options),
    map: (hit) => JSON.stringify(hit),
    batch: (lines) => [{ request: { url: 'console:', body: lines.join('\n') }, indexes: [...lines.keys()] }],
    deliver: async ({ body = '' }) => {
      for (const line of body.split('\n')) write(line)
      return { status: 200, header: () => '', body: '' }
    },
  })
}
