import { h, type VNode } from 'preact'
import { defineUserCard } from '../card/userCard.ts'

defineUserCard()

/** The card that other people's pages can show as well; here who is logged in needs no token. */
export function PersonCard({ base, site, user }: { base: string; site: string; user: string }): VNode {
  return h('treadlight-user-card', { src: base, site, user } as object)
}
