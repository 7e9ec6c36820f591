/** What one process asks of all that share its port. */
type Topic = 'metrics' | 'drops' | 'exports' | 'destinations' | 'erased'

/** The processes that share a port, this one among them. */
export interface Peers {
  /** What to answer when one of them asks; what it is must survive JSON. */
  onAsked(topic: Topic, answer: (input: unknown) => unknown): void
  /**
   * The answers of all. Of one that does not answer in time the last one stands for `metrics`, and nothing for the rest.
   * @throws Error where the supervisor does not answer
   */
  ask(topic: Topic, input?: unknown): Promise<unknown[]>
}

/** Between workers and their supervisor, which passes on what a worker asks, and hands the answers back in one. */
export type PeerMessage =
  | { peers: 'ask'; id: number; topic: Topic; input?: unknown }
  | { peers: 'answer'; id: number; answer?: unknown }
  | { peers: 'answers'; id: number; answers: unknown[] }

export function isPeerMessage(message: unknown): message is PeerMessage {
  return typeof message === 'object' && message !== null && 'peers' in message
}

/** How a worker reaches its supervisor: its own `process`. */
export interface Channel {
  send(message: PeerMessage): void
  onMessage(listener: (message: unknown) => void): void
}

/** How long a worker waits for its supervisor, ms: longer than that waits for the others. */
const patience = 2000

/** A process that has the port for itself. */
export function createLonePeer(): Peers {
  const answers = new Map<Topic, (input: unknown) => unknown>()
  return {
    onAsked: (topic, answer) => void answers.set(topic, answer),
    ask: async (topic, input) => [await answers.get(topic)?.(input)],
  }
}

/** One of several workers. */
export function createPeer({ send, onMessage }: Channel): Peers {
  const own = createLonePeer()
  const waiting = new Map<number, (answers: unknown[]) => void>()
  let asked = 0
  onMessage((message) => {
    if (!isPeerMessage(message)) return
    if (message.peers === 'ask') void answer(message)
    else if (message.peers === 'answers') waiting.get(message.id)?.(message.answers)
  })

  return {
    onAsked: own.onAsked,
    ask: (topic, input) =>
      new Promise((resolve, reject) => {
        const id = ++asked
        const timer = setTimeout(() => {
          waiting.delete(id)
          reject(new Error('[treadlight] the supervisor of the workers does not answer'))
        }, patience)
        waiting.set(id, (answers) => {
          clearTimeout(timer)
          waiting.delete(id)
          resolve(answers)
        })
        send({ peers: 'ask', id, topic, input })
      }),
  }

  async function answer({ id, topic, input }: PeerMessage & { peers: 'ask' }): Promise<void> {
    const [said] = await own.ask(topic, input).catch(() => [])
    send({ peers: 'answer', id, answer: said })
  }
}
