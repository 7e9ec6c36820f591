/** The words of segments. */
export const words = {
  title: 'Segments',
  explain: 'Saved filters. Choose one to see its visitors; other filters go with it.',
  none: 'There are no segments yet.',
  replace: 'Save the filters over it',
  replaceNamed: (name: string): string => `Save the filters that are set over ${name}`,
  saveAs: 'Save the filters that are set as',
  save: 'Save',
  setFirst: 'Set filters first: then they can be saved here.',
  manage: 'Rename, change or delete…',
  segment: (names: string): string => `Segment: ${names}`,
  gone: 'There is no such segment any more. Remove the filter to see numbers.',
  writeOut: 'Show as filters',
  noWay: 'These filters go beyond what can be set on the page: they stay together.',
  remove: 'Remove filter',
}
