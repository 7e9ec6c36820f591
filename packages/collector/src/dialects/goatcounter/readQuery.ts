import type { Refusal } from '@treadlight/protocol'
import type { GoatCount } from './readCount.ts'

/** What Go's form decoders take for true and false. */
const booleans: Readonly<Record<string, boolean>> = { true: true, '1': true, on: true, false: false, '0': false, off: false, '': false }

/** A count of `/count?p=…`, as `count.js` and the pixel say it. */
export function readQuery(params: URLSearchParams): GoatCount | Refusal {
  const event = (params.get('e') ?? '').toLowerCase()
  if (!Object.hasOwn(booleans, event)) return { field: 'e', reason: 'must be true or false' }
  const bot = Number(params.get('b') ?? 0)
  if (!Number.isInteger(bot)) return { field: 'b', reason: 'must be a whole number' }
  return {
    path: params.get('p') ?? '',
    title: params.get('t') ?? undefined,
    referrer: params.get('r') ?? undefined,
    isEvent: booleans[event]!,
    query: params.get('q') ?? undefined,
    size: sizeOf(params),
    bot,
  }
}

/** `s` is a width, once `width,height,scale`; before that there were `w`, `h` and `scale`. */
function sizeOf(params: URLSearchParams): number[] {
  const said = params.get('s') ?? [params.get('w') ?? '', params.get('h') ?? '0'].join(',')
  return said.slice(0, 100).split(',', 2).map((part) => (part === '' ? NaN : Number(part)))
}
