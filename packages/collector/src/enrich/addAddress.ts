import { anonymizeAddress } from '../hit/anonymizeAddress.ts'
import { remember } from '../remember.ts'
import type { EnrichStep } from './step.ts'

/** The first part of the client's address, where the owner keeps it. */
export const addAddress: EnrichStep = (hit, { address, rules }) => {
  if (rules.keptAddress === 'none') return
  const cut = cutAddress(address)
  if (cut !== '') hit.address = cut
}

const cutAddress = remember(10_000, anonymizeAddress)
