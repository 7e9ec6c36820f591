import { createFact, personName, twinOf, type CrashFact } from './crashFacts.ts'

/** Hits by the number of the fact that their id is of. */
export interface Judgement {
  /** Acknowledged and not there. */
  lost: readonly string[]
  /** There twice, there although nobody sent them, or there although they were pruned or erased. */
  surplus: readonly string[]
  required: number
}

/** Knows what all workers on one storage have said, and so what each of their answers may hold. */
export interface CrashOracle {
  /** Takes what `worker` says; false if it is nothing about hits. */
  hear(worker: string, words: readonly string[]): boolean
  /** The worker has ended: what it has begun by then may be done or not. @param time by its clock */
  end(worker: string, time: number): void
  /** Facts that were begun by workers that have ended and never acknowledged, and may be sent again. */
  leftOver(worker?: string): number[]
  /** Persons whose erasure was begun. */
  readonly persons: ReadonlySet<number>
  /** The same for an answer that the caller was given itself. */
  judge(reading: Reading): Judgement
  /** All answers heard so far, each judged by all that was heard: to be called when nothing more is on its way. */
  judgeAll(): { by: string; judgement: Judgement }[]
  /** Ids of which a fact was acknowledged. */
  acknowledged(): number
}

interface Reading {
  /** ms of the workers' clock. */
  begun: number
  ended: number
  /** Of hits, or how many of them are pageviews. */
  answer: readonly number[] | number
}

interface Sent {
  fact: CrashFact
  worker: string
  /** The first time, and of the last. */
  received: number
  again: number
  acknowledged: number
  /** Received so when it was acknowledged first. */
  isLinked: boolean
}

/** Something that takes effect at one moment between these two. */
interface Deed {
  worker: string
  begun: number
  ended: number | undefined
  /** The moment is not after. */
  latest: number
}

export function createCrashOracle(seed: number, start: number): CrashOracle {
  const sent = new Map<number, Sent>()
  const calls = new Map<string, readonly number[]>()
  const links = new Map<string, number>()
  const prunings: Deed[] = []
  const erasures = new Map<number, Deed[]>()
  const readings: (Reading & { by: string })[] = []
  const ended = new Set<string>()
  const persons = new Set<number>()

  function send(worker: string, call: string, received: number, indices: readonly number[]): void {
    calls.set(`${worker} ${call}`, indices)
    for (const index of indices) {
      const known = sent.get(index)
      const fact = known?.fact ?? createFact(seed, start, index)
      const isLinked = fact.link !== undefined && (links.get(fact.link.name) ?? Infinity) <= received
      if (known === undefined) sent.set(index, { fact, worker, received, again: received, acknowledged: Infinity, isLinked })
      else Object.assign(known, { worker, again: received })
    }
  }

  function acknowledge(worker: string, call: string, time: number): void {
    for (const index of calls.get(`${worker} ${call}`) ?? []) {
      const its = sent.get(index)!
      its.acknowledged = Math.min(its.acknowledged, time)
    }
  }

  function begin(deeds: Deed[], worker: string, begun: number): void {
    deeds.push({ worker, begun, ended: undefined, latest: Infinity })
  }

  function beginErasure(person: number, worker: string, begun: number): void {
    persons.add(person)
    begin(deedsOf(person), worker, begun)
  }

  function finish(deeds: Deed[], worker: string, time: number): void {
    const deed = deeds.findLast((each) => each.worker === worker)
    if (deed) Object.assign(deed, { ended: time, latest: time })
  }

  function deedsOf(person: number): Deed[] {
    const known = erasures.get(person) ?? []
    erasures.set(person, known)
    return known
  }

  /** The facts of one id that were sent. */
  function factsOf(base: number): Sent[] {
    return [base, twinOf(seed, base)].flatMap((index) => (index === undefined ? [] : (sent.get(index) ?? [])))
  }

  function isRequired(facts: readonly Sent[], { begun, ended }: Reading): boolean {
    const person = facts[0]!.fact.person
    if (person !== undefined && deedsOf(person).some((deed) => deed.begun <= ended)) return false
    return facts.some((its) => its.acknowledged < begun && (!its.fact.old || its.isLinked || !mayBePruned(its, ended)))
  }

  function mayBePruned({ received }: Sent, until: number): boolean {
    return prunings.some((pruning) => pruning.begun <= until && pruning.latest >= received)
  }

  function isForbidden(facts: readonly Sent[], { begun }: Reading): boolean {
    const { person, old } = facts[0]!.fact
    const isDone = (deed: Deed) => deed.ended !== undefined && deed.ended < begun
    if (person !== undefined && deedsOf(person).some(isDone)) return facts.some((its) => its.acknowledged < begun && names(its.fact, person))
    // One fact, sent once: what names a user, or is sent again, stays.
    const [only] = facts
    if (!old || only === undefined || facts.length > 1 || only.fact.link !== undefined || only.received !== only.again) return false
    return prunings.some((pruning) => isDone(pruning) && only.acknowledged < pruning.begun)
  }

  /** A log-in that is told of after its person's erasure is forgotten by upkeep: then its session is nobody's. */
  function names({ hit, link }: CrashFact, person: number): boolean {
    const first = Math.min(...deedsOf(person).map(({ begun }) => begun))
    return hit.user === personName(person) || (link !== undefined && (links.get(link.name) ?? Infinity) < first)
  }

  function judge(reading: Reading): Judgement {
    const required = new Set<number>()
    const possible = new Set<number>()
    for (const base of new Set([...sent.values()].filter(({ received }) => received <= reading.ended).map(({ fact }) => fact.base))) {
      const facts = factsOf(base)
      if (isRequired(facts, reading)) required.add(base)
      if (!isForbidden(facts, reading)) possible.add(base)
    }
    const { answer } = reading
    if (typeof answer === 'number') return judgeCount(answer, countPageviews(required), countPageviews(possible))
    const surplus = [...answer.filter((base) => !possible.has(base)).map(explain), ...findTwice(answer).map((base) => `${base} is there twice`)]
    const found = new Set(answer)
    return { lost: [...required].filter((base) => !found.has(base)).map(tell), surplus, required: required.size }
  }

  function judgeCount(counted: number, least: number, most: number): Judgement {
    const missing = Array.from({ length: Math.max(0, least - counted) }, () => `${counted} pageviews, at least ${least} have to be there`)
    const surplus = Array.from({ length: Math.max(0, counted - most) }, () => `${counted} pageviews, at most ${most} may be there`)
    return { lost: missing, surplus, required: least }
  }

  function countPageviews(bases: ReadonlySet<number>): number {
    return [...bases].filter((base) => factsOf(base)[0]!.fact.hit.type === 'pageview').length
  }

  function explain(base: number): string {
    const facts = factsOf(base)
    if (facts.length === 0) return `${base} was never sent`
    return `${tell(base)}, was to be ${facts[0]!.fact.old ? 'pruned' : `erased with ${facts[0]!.fact.person}`}`
  }

  function tell(base: number): string {
    return `${base}: ${factsOf(base).map(describe).join('; ')}`
  }

  function describe({ fact, worker, received, again, acknowledged }: Sent): string {
    return `${fact.hit.origin} ${fact.hit.day} of ${fact.hit.user || fact.link?.user || 'nobody'} by ${worker}, sent ${received - start} and ${again - start}, acknowledged ${acknowledged - start}`
  }

  return {
    hear(worker, [verb, ...words]) {
      const number = (at: number) => Number(words[at])
      const list = (text = '') => (text === '' ? [] : text.split(',').map(Number))
      if (verb === 'send') send(worker, words[0]!, number(1), list(words[2]))
      else if (verb === 'sent') acknowledge(worker, words[0]!, number(1))
      else if (verb === 'linked') links.set(words[0]!, Math.min(links.get(words[0]!) ?? Infinity, number(1)))
      else if (verb === 'prune') begin(prunings, worker, number(1))
      else if (verb === 'pruned') finish(prunings, worker, number(0))
      else if (verb === 'erase') beginErasure(number(0), worker, number(1))
      else if (verb === 'erased') finish(deedsOf(number(0)), worker, number(1))
      else if (verb === 'counted') readings.push({ by: worker, begun: number(0), ended: number(1), answer: number(2) })
      else if (verb === 'listed') readings.push({ by: worker, begun: number(0), ended: number(1), answer: list(words[2]) })
      else return false
      return true
    },
    end(worker, time) {
      ended.add(worker)
      for (const deed of [...prunings, ...[...erasures.values()].flat()]) {
        if (deed.worker === worker && deed.latest === Infinity) deed.latest = time
      }
    },
    leftOver(worker) {
      const isLeft = (its: Sent) => its.acknowledged === Infinity && ended.has(its.worker) && (worker === undefined || its.worker === worker)
      // What a pruning may have taken comes back when it is sent again: then nobody could tell.
      return [...sent.values()].filter((its) => isLeft(its) && !its.fact.old).map(({ fact }) => fact.index)
    },
    persons,
    judge,
    judgeAll: () => readings.splice(0).map((reading) => ({ by: reading.by, judgement: judge(reading) })),
    acknowledged: () => new Set([...sent.values()].filter(({ acknowledged }) => acknowledged < Infinity).map(({ fact }) => fact.base)).size,
  }
}

function findTwice(numbers: readonly number[]): number[] {
  const seen = new Set<number>()
  return numbers.filter((number) => seen.size === seen.add(number).size)
}
