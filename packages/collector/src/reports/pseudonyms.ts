import { randomBytes } from 'node:crypto'
import { anonymizeAddress } from '../hit/anonymizeAddress.ts'
import { createKeyedHash } from '../hit/keyedHash.ts'
import { remember } from '../remember.ts'
import { anonymousName, type Entry } from './entries.ts'
import { noSession } from './sessionKey.ts'

/**
 * Gives users and sessions other names, the same one throughout (PT14): a hash under a random key that is kept nowhere,
 * so that nobody can lead it back or join two exports. Addresses are cut to their /24 or /48, wherever they come from.
 */
export function createPseudonyms(key: string = randomBytes(32).toString('hex')): (entry: Entry) => Entry {
  const hash = remember(10_000, createKeyedHash(key))
  return (entry) => ({
    ...entry,
    username: entry.username === anonymousName ? anonymousName : `user-${hash(`user\n${entry.username}`)}`,
    session: entry.session === noSession ? noSession : hash(`session\n${entry.session}`),
    address: anonymizeAddress(entry.address),
  })
}

/** The same for entries as they come. */
export async function* anonymizeEntries(batches: AsyncIterable<Entry[]>): AsyncGenerator<Entry[]> {
  const anonymize = createPseudonyms()
  for await (const batch of batches) yield batch.map(anonymize)
}
