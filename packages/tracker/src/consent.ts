import { fields, halt, resume } from './page.ts'

/** What a visitor may allow. */
export interface Consent {
  /** `false` stops counting until it is true. */
  measurement?: boolean
  /** `false` goes with each hit and keeps it from other analytics systems. */
  forwarding?: boolean
}

/** Says what the visitor allows. What is left out stays as it is; the last word on a page counts. */
export function consent({ measurement, forwarding }: Consent): void {
  fields.forwarding = forwarding ?? fields.forwarding
  if (measurement === false) halt(2)
  else if (measurement) resume(2)
}
