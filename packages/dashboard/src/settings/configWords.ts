/** The words of the sections about privacy and about the settings in force. */
export const configWords = {
  privacyExplain: 'What the settings mean for visitors. Anybody can read it:',
  privacyPage: 'the page /privacy',
  configExplain: 'They are set by flags, environment variables and the config file, and count from the next start. Secrets are not shown.',
  caption: 'Settings in force',
  empty: 'This collector was started by a program of its own, which says nothing of its settings.',
  setting: 'Setting',
  value: 'Value',
  from: 'From',
  notSet: '(not set)',
  none: '(none)',
}
