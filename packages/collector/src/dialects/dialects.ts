import type { Dialect } from './dialect.ts'
import { plausible } from './plausible.ts'

/** Every dialect there is, in the order in which they are shown. */
export const dialects: readonly Dialect[] = [plausible]
