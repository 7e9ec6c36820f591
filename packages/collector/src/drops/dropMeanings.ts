import type { DropReason } from '@treadlight/protocol'

/** What a reason means, and what to do where it should not be. */
export interface DropMeaning {
  means: string
  /** '' where there is nothing to do. */
  remedy: string
}

/** Of every reason, in words for the owner. */
export const dropMeanings: Readonly<Record<DropReason, DropMeaning>> = {
  bot: { means: 'A crawler or another robot, by its user agent', remedy: 'The setting bots.crawlers counts them' },
  automation: { means: 'A browser that a program drives', remedy: 'Tests of your own are among these; the setting bots.automation counts them' },
  prefetch: { means: 'The browser looked ahead, and nobody has seen the page', remedy: '' },
  spam: { means: 'Its referrer is known for spam', remedy: 'Spam that is not known yet goes into the setting spam.hosts' },
  site: { means: 'It names a site that there is not', remedy: 'Add the site, or mend the name in the tag of these pages' },
  host: { means: 'Its page is of a host that is not one of the site’s', remedy: 'Allow the host if it is yours' },
  path: { means: 'You have excluded its path', remedy: 'Take it from the exclusions to count it' },
  address: { means: 'You have excluded the address that it came from', remedy: 'Take it from the exclusions to count it' },
  own: { means: 'It is of a browser whose visits are not counted, since it is yours', remedy: 'Count that browser’s visits again in it' },
  gpc: { means: 'The browser asks not to be counted, by Global Privacy Control', remedy: 'The setting respect.gpc says what that keeps from whom' },
  dnt: { means: 'The browser asks not to be counted, by Do Not Track', remedy: 'The setting respect.dnt says whether that is heard' },
  impersonation: { means: 'The site’s server says that somebody else is logged in as the user', remedy: '' },
}
