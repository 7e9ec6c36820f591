import { isPublicAddress } from '@treadlight/destinations/forward'
import ipaddr from 'ipaddr.js'

/** What may be asked for on behalf of the owner: addresses of the internet, and of this machine where that is asked for. */
export interface AddressRule {
  /** For a collector that is tried out on somebody's own machine. */
  allowLoopback: boolean
}

/** Whether an address may be connected to: see `isPublicAddress`. */
export function isAllowedAddress(address: string, { allowLoopback }: AddressRule): boolean {
  return isPublicAddress(address) || (allowLoopback && ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback')
}
