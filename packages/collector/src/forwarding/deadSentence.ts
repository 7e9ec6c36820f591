import { count } from '../progress.ts'

/** What is done, or would be, with the dead letters of a destination. */
export function deadSentence(action: 'retry' | 'discard', name: string, hits: number, dryRun: boolean): string {
  if (hits === 0) return `There are no dead letters of ${name}.`
  const letters = count(hits, 'dead letter')
  const verb = `${dryRun ? 'would be ' : ''}${action === 'retry' ? 'sent' : 'removed'}`
  if (action === 'retry') return `${letters} of ${name} ${dryRun ? verb : `${hits === 1 ? 'is' : 'are'} ${verb}`} again. What it refuses once more comes back here.`
  return `${letters} of ${name} ${dryRun ? verb : `${hits === 1 ? 'is' : 'are'} ${verb}`}: it will never have these hits. In the store they stay.`
}

export function noDestination(name: string, names: readonly string[]): string {
  if (names.length === 0) return `there is no destination ${JSON.stringify(name.slice(0, 80))}, nor any other`
  return `there is no destination ${JSON.stringify(name.slice(0, 80))}; there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`
}
