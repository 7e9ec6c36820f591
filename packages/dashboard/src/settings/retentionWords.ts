const days = (count: number): string => (count === 1 ? '1 day' : `${count} days`)

/** What a pruning has deleted, or would. */
interface Pruned {
  anonymous: number
  authenticated: number
  others: number
}

/** The words of the section about retention. */
export const retentionWords = {
  keeps: (anonymous: number, authenticated: number): string =>
    anonymous === authenticated ? `Hits are kept for ${days(anonymous)}.` : `Hits are kept for ${days(anonymous)}, those of known users for ${days(authenticated)}.`,
  newest: (count: number): string => `No more than the newest ${count.toLocaleString()} hits of a site stay.`,
  byItself: 'A running collector deletes what is older by itself, once an hour. The settings retention.anonymous and retention.authenticated say how long; the section Configuration shows where they are set.',
  now: 'Delete now what is too old',
  nowTitle: 'What retention no longer allows, of every site',
  purge: 'Purge',
  purgeExplain: 'Deletes hits of this site whoever they are of, for ever. The overview keeps what whole days came to, unless retention.sums is false.',
  before: 'Older than',
  beforeHint: (timezone: string): string => `YYYY-MM-DD hh:mm:ss by the clock of ${timezone}. What happened at that moment stays.`,
  count: 'Count them first',
  purgeTitle: (before: string): string => `Hits older than ${before}`,
  delete: 'Delete',
  says: ({ anonymous, authenticated, others }: Pruned, isDone: boolean): string => {
    const verb = isDone ? 'were deleted' : 'would be deleted'
    if (anonymous + authenticated + others === 0) return isDone ? 'Nothing was deleted.' : 'Nothing is as old: nothing would be deleted.'
    return `${(anonymous + authenticated).toLocaleString()} pageviews (${anonymous.toLocaleString()} of anonymous visitors, ${authenticated.toLocaleString()} of known users) and ${others.toLocaleString()} of their events and reports ${verb}.${isDone ? ' Their bytes leave the storage within a day.' : ' This cannot be undone.'}`
  },
}
