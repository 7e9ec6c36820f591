import type { Link, StoredHit, Subject } from '@treadlight/store'

/** One fact that was sent once. A retry is another, received later. */
interface Sent {
  hit: StoredHit
  /** By the oracle's own count of events. */
  begun: number
  acknowledged: number | undefined
}

export interface Erasing {
  subject: Subject
  /** The eraser's clock when it began, and when it ended or a little later: hits up to then go. */
  from: number
  to: number
  begun: number
  resolved: number | undefined
}

export interface Pruning {
  /** Hits before `low` go, those after `high` stay; between it depends on whose they are. */
  low: number
  high: number
  /** The pruner's clock when it began, and when it ended or a little later. */
  from: number
  to: number
  begun: number
  resolved: number | undefined
  /** Which ids were certain to be seen when it began. */
  seen: ReadonlySet<string>
}

export interface Linking {
  link: Link
  begun: number
  acknowledged: number | undefined
}

/** What an answer has to hold, and what it may. */
export interface Expectation {
  required: ReadonlySet<string>
  forbidden: ReadonlySet<string>
}

/** Knows what was asked of all stores together and what they have said, and therefore what they may answer. */
export interface Oracle {
  send(hit: StoredHit): Sent
  acknowledge(sent: Sent): void
  erase(subject: Subject, from: number): Erasing
  prune(pruning: Pick<Pruning, 'low' | 'high' | 'from'>): Pruning
  link(link: Link): Linking
  resolve(what: Erasing | Pruning): void
  acknowledgeLink(linking: Linking): void
  /**
   * What somebody who begins to read now has to find.
   * @param since the event at which the storage was listed for it, if that was before
   */
  beginRead(since?: number): Reading
  /** Whether this very fact has to be in the storage. */
  isRequired(sent: Sent): boolean
  readonly facts: readonly Sent[]
  readonly erasings: readonly Erasing[]
  readonly byId: ReadonlyMap<string, readonly Sent[]>
}

/** Told at the end of a read. */
export type Reading = () => Expectation

/** @param isSettled whether somebody who lists at event `begin` sees what happened at `event`: listings may lag */
export function createOracle(isSettled: (event: number, begin: number) => boolean, count: () => number): Oracle {
  const facts: Sent[] = []
  const byId = new Map<string, Sent[]>()
  const erasings: Erasing[] = []
  const prunings: Pruning[] = []
  const linkings: Linking[] = []

  /** Whether the erasure covers the fact, by what it says itself or by the log-ins of its session. */
  function isErasedBy(erasing: Erasing, { hit }: Sent): 'yes' | 'maybe' | 'no' {
    const [kind, value] = nameOf(erasing.subject)
    if (hit.time > erasing.to) return 'no'
    const known = hit[kind] === value ? 'yes' : kind === 'user' && hit.user === '' && hit.session !== '' ? isDisownedBy(erasing, value, hit.session) : 'no'
    return known === 'yes' && hit.time > erasing.from ? 'maybe' : known
  }

  /** Whether the anonymous hits of a session were the erased user's by a log-in. */
  function isDisownedBy(erasing: Erasing, user: string, session: string): 'yes' | 'maybe' | 'no' {
    const its = linkings.filter(({ link }) => link.session === session)
    if (!its.some(({ link }) => link.user === user)) return 'no'
    // Once erased, a log-in counts no more: another erasure does not reach the session by it.
    const isFirst = !erasings.some((other) => other.begun < erasing.begun && nameOf(other.subject)[1] === user)
    const isKnown = its.some(({ acknowledged, link }) => link.user === user && acknowledged !== undefined && acknowledged < erasing.begun && isSettled(acknowledged, erasing.begun))
    return isFirst && isKnown && its.every(({ link }) => link.user === user) ? 'yes' : 'maybe'
  }

  function mayBePruned(pruning: Pruning, { hit }: Sent): boolean {
    return hit.time < pruning.high && hit.received <= pruning.to
  }

  /** @param begin what was acknowledged before, has to be there; @param end what was asked for until then, may have happened */
  function isRequired(sent: Sent, begin: number, end: number): boolean {
    if (sent.acknowledged === undefined || sent.acknowledged > begin || !isSettled(sent.acknowledged, begin)) return false
    const siblings = byId.get(sent.hit.id) ?? []
    const asked = erasings.filter((erasing) => erasing.begun <= end)
    if (asked.some((erasing) => siblings.some((each) => isErasedBy(erasing, each) !== 'no'))) return false
    return prunings
      .filter((pruning) => pruning.begun <= end && siblings.some((each) => mayBePruned(pruning, each)))
      // A hit that comes again after a pruning is stored again.
      .every((pruning) => !mayBePruned(pruning, sent) && pruning.resolved !== undefined && pruning.resolved < sent.begun && isSettled(pruning.resolved, sent.begun))
  }

  function required(begin: number, end: number): Set<string> {
    return new Set(facts.filter((sent) => isRequired(sent, begin, end)).map(({ hit }) => hit.id))
  }

  function isForbidden(siblings: readonly Sent[], begin: number): boolean {
    const isBefore = (event: number | undefined) => event !== undefined && event <= begin && isSettled(event, begin)
    const unpruned = siblings.filter((sent) => isBefore(sent.acknowledged) && !prunings.some((pruning) => mayBePruned(pruning, sent)))
    if (erasings.some((erasing) => isBefore(erasing.resolved) && unpruned.some((sent) => isErasedBy(erasing, sent) === 'yes'))) return true
    return prunings.some(
      (pruning) =>
        isBefore(pruning.resolved) &&
        pruning.seen.has(siblings[0]!.hit.id) &&
        siblings.every(({ hit }) => hit.time < pruning.low && hit.received <= pruning.from),
    )
  }

  return {
    facts,
    erasings,
    byId,
    send(hit) {
      const sent: Sent = { hit, begun: count(), acknowledged: undefined }
      facts.push(sent)
      byId.set(hit.id, [...(byId.get(hit.id) ?? []), sent])
      return sent
    },
    acknowledge: (sent) => void (sent.acknowledged = count()),
    erase(subject, from) {
      const erasing: Erasing = { subject, from, to: Infinity, begun: count(), resolved: undefined }
      erasings.push(erasing)
      return erasing
    },
    prune(its) {
      const begun = count()
      const pruning: Pruning = { ...its, to: Infinity, begun, resolved: undefined, seen: required(begun, begun) }
      prunings.push(pruning)
      return pruning
    },
    link(link) {
      const linking: Linking = { link, begun: count(), acknowledged: undefined }
      linkings.push(linking)
      return linking
    },
    resolve: (what) => void (what.resolved = count()),
    isRequired: (sent) => isRequired(sent, count(), count()),
    acknowledgeLink: (linking) => void (linking.acknowledged = count()),
    beginRead(since) {
      const begin = since ?? count()
      const before = required(begin, begin)
      const gone = new Set([...byId].filter(([, siblings]) => isForbidden(siblings, begin)).map(([id]) => id))
      return () => {
        const end = count()
        const still = required(begin, end)
        return {
          required: new Set([...before].filter((id) => still.has(id))),
          // A retry that came meanwhile, received after a pruning, may show again.
          forbidden: new Set([...gone].filter((id) => isForbidden(byId.get(id)!, begin))),
        }
      }
    },
  }
}

/** Which field of a hit names the person, and how. */
export function nameOf(subject: Subject): [field: 'user' | 'session' | 'visitor', value: string] {
  return Object.entries(subject).find(([name]) => name !== 'site') as ['user' | 'session' | 'visitor', string]
}
