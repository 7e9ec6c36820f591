import { findSource } from '@treadlight/store'

/** What a visit's channel is told from, all in lower case; '' for what it does not say. */
export interface Touch {
  /** utm_source, ref or click id, else the outside referrer's host. */
  source: string
  medium: string
  campaign: string
  /** The advertiser whose click id the URL carries, where it marks a paid search. */
  clicked: 'Google' | 'Bing' | ''
}

/**
 * The channel of a visit: Plausible's rules, which are Google Analytics' default channel groups, in the same order, the
 * first that holds. AI assistants are a channel of their own behind the paid ones and before the unpaid: who comes from
 * one comes from it whatever the link's medium says.
 * @returns '' for Direct
 */
export function channelOf({ source, medium, campaign, clicked }: Touch): string {
  const { name, category } = findSource(source)
  const paid = isPaid(medium)
  const shops = category === 'shopping' || shopCampaign.test(campaign)

  if (campaign.includes('cross-network')) return 'Cross-network'
  if (paid && shops) return 'Paid Shopping'
  if ((paid && category === 'search') || (clicked !== '' && clicked === name)) return 'Paid Search'
  if (paid && category === 'social') return 'Paid Social'
  if (paid && category === 'video') return 'Paid Video'
  if (displayMedia.has(medium)) return 'Display'
  if (paid) return 'Paid Other'
  if (category === 'ai') return 'AI Assistants'
  if (shops) return 'Organic Shopping'
  if (category === 'social' || socialMedia.has(medium)) return 'Organic Social'
  if (category === 'video' || medium.includes('video')) return 'Organic Video'
  if (category === 'search') return 'Organic Search'
  if (category === 'email' || isEmail(source) || isEmail(medium)) return 'Email'
  if (affiliateMedia.has(medium)) return 'Affiliates'
  if (medium === 'audio') return 'Audio'
  if (source === 'sms' || medium === 'sms') return 'SMS'
  if (isPush(source, medium)) return 'Mobile Push Notifications'
  return source !== '' || referralMedia.has(medium) ? 'Referral' : ''
}

/** `shop` where no letter but e stands before it, as in `eshop` and not in `workshop`. */
const shopCampaign = /(?:[^a-df-z]|^)shop|shopping/
const displayMedia = new Set(['display', 'banner', 'expandable', 'interstitial', 'cpm'])
const socialMedia = new Set(['social', 'social-network', 'social-media', 'social_network', 'social_media', 'social network', 'social media', 'sm'])
const affiliateMedia = new Set(['affiliate', 'affiliates'])
const referralMedia = new Set(['referral', 'app', 'link'])
const emailWords = ['email', 'e-mail', 'e_mail', 'e mail', 'newsletter']

function isPaid(medium: string): boolean {
  return medium.includes('cp') || medium === 'ppc' || medium === 'retargeting' || medium.startsWith('paid')
}

function isEmail(text: string): boolean {
  return text !== '' && emailWords.some((word) => text.includes(word))
}

function isPush(source: string, medium: string): boolean {
  return medium.endsWith('push') || medium.includes('mobile') || medium.includes('notification') || source === 'firebase'
}
