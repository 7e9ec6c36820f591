/** A part of the code whose tests are tried with mutants: what is changed, and what ought to notice. */
export interface Area {
  /** Files and patterns; `!` takes away. */
  mutate: readonly string[]
  /** Patterns of test files: those that are about it and take seconds, since they run for each mutant. */
  tests: readonly string[]
}

/** Where a fault would lose hits, count them twice or say something wrong of them. */
export const areas: Readonly<Record<string, Area>> = {
  'protocol-decode': { mutate: ['packages/protocol/src/{decode,text,limits}.ts'], tests: ['test/protocol/{decode,id}.test.ts'] },
  'protocol-ids': { mutate: ['packages/protocol/src/id.ts'], tests: ['test/protocol/id.test.ts'] },
  'protocol-tokens': { mutate: ['packages/protocol/src/{token,cardPass}.ts'], tests: ['test/protocol/token.test.ts', 'test/collector/card.test.ts'] },
  merge: { mutate: ['packages/store/src/merge.ts'], tests: ['test/store/merge.test.ts'] },
  query: { mutate: ['packages/store/src/{filters,groupBy,metrics,sessions,wildcards,patterns,revenue}.ts'], tests: ['test/store/{patterns,wildcards,revenue,combines}.test.ts', 'test/contracts/hitStore.test.ts'] },
  enrich: { mutate: ['packages/collector/src/enrich/*.ts', '!packages/collector/src/enrich/spamHosts.ts'], tests: ['test/collector/enrich/*.test.ts'] },
  delivery: { mutate: ['packages/tracker/src/{queue,transport}.ts'], tests: ['test/tracker/{queue,transport}.test.ts'] },
}
