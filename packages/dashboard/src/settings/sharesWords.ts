/** The words of the settings' share links. */
export const words = {
  explain: (site: string): string =>
    `Whoever has a link sees the numbers of ${site}: every report, filter and the present, with page addresses, sources, props and revenue. No single hits, no persons, no other site, and nothing of these settings.`,
  caption: 'Links that there are',
  empty: 'There are no share links. Make one for each group of people, so that each can be removed alone.',
  name: 'What it is for',
  nameHint: 'Only owners see this.',
  address: 'Address',
  opens: 'Opens',
  always: 'for everybody who has it',
  withPassword: 'with a password',
  until: (opens: string, day: string): string => `${opens}, until ${day}`,
  password: 'Password',
  passwordHint: 'At least 10 characters; left empty, the link alone opens.',
  expires: 'Last day',
  expiresHint: 'Left empty, it does not end.',
  make: 'Make a link',
  made: (name: string): string => `The link “${name}” is in the list.`,
  remove: 'Remove',
  removeNamed: (name: string): string => `Remove ${name}`,
  removeTitle: 'Remove a share link',
  removeSays: (name: string): string => `Who has the link “${name}” sees nothing any more, within 15 s. This cannot be undone: another link has another address.`,
}
