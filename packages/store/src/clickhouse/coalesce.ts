/**
 * Lets those who ask the same at one moment share an answer. It is begun after all of them have asked, so that it knows of whatever
 * was done before; who comes while one is on its way waits for the next.
 *
 * @param ask how many share the answer is told to it
 */
export function createCoalesced<Asked, Answer>(ask: (asked: Asked, sharing: number) => Promise<Answer>): (key: string, asked: Asked) => Promise<Answer> {
  interface Turn {
    sharing: number
    answer: Promise<Answer>
  }
  const waiting = new Map<string, Turn>()
  const running = new Map<string, Promise<unknown>>()

  return (key, asked) => {
    const turn = waiting.get(key) ?? begin(key, asked)
    turn.sharing++
    return turn.answer
  }

  function begin(key: string, asked: Asked): Turn {
    const turn: Turn = { sharing: 0, answer: Promise.resolve(running.get(key)).then(() => run(key, asked, turn)) }
    waiting.set(key, turn)
    return turn
  }

  async function run(key: string, asked: Asked, turn: Turn): Promise<Answer> {
    // Whoever asks in the same turn of the event loop belongs to them too.
    await new Promise((resolve) => setImmediate(resolve))
    waiting.delete(key)
    const answer = ask(asked, turn.sharing)
    const done = answer.then(forget, forget)
    running.set(key, done)
    return answer

    function forget(): void {
      if (running.get(key) === done) running.delete(key)
    }
  }
}
