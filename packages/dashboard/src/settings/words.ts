/** The words of the settings. */
export const words = {
  sections: 'Settings',
  tokens: {
    explain: 'Programs send a token as “Authorization: Bearer tl_…”. It is kept as a hash, and shown once.',
    caption: 'Tokens that there are',
    empty: 'There are no tokens. Make one for each program that is to use the API.',
    name: 'What it is for',
    scopes: 'What it opens',
    scopeMeanings: {
      stats: 'stats: the numbers',
      metrics: 'metrics: /metrics, for Prometheus',
      tasks: 'tasks: pruning and upkeep, for schedulers',
      hits: 'hits: a server’s hits count as those of its visitors',
      export: 'export: hits and persons, as they are stored',
      annotations: 'annotations: marks on the trend, for what deploys a site',
      admin: 'admin: everything that an owner can do here',
    },
    make: 'Make a token',
    made: (name: string): string => `This is the token “${name}”. It is not shown again.`,
    created: 'Made',
    revoke: 'Revoke',
    revokeNamed: (name: string): string => `Revoke ${name}`,
    revokeTitle: 'Revoke a token',
    revokeSays: (name: string, scopes: string): string => `What uses the token “${name}” (${scopes}) gets no answer any more, within 10 s. This cannot be undone.`,
  },
}
