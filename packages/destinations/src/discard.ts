import { defineDestination } from './defineDestination.ts'
import type { CommonOptions, Destination } from './destination.ts'
import { commonOf } from './options.ts'

/** Takes all and keeps nothing: for tests, and to measure what forwarding costs. */
export function discard(options: CommonOptions = {}): Destination<true> {
  return defineDestination<true>({
    name: 'null',
    ...commonOf('discard', options),
    map: () => true,
    batch: (items) => [{ request: { url: 'null:' }, indexes: [...items.keys()] }],
    deliver: async () => ({ status: 204, header: () => '', body: '' }),
  })
}
