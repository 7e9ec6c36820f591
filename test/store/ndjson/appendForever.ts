// Appends to the file that it is given until it is killed, from many sides at once, and prints the ids of hits and the users whose erasure was acknowledged.
import { createId } from '@treadlight/protocol'
import { createNdjsonStore } from '../../../packages/store/src/ndjson/createNdjsonStore.ts'
import { makeHit, noon } from '../makeHit.ts'

const [path] = process.argv.slice(2)
const store = await createNdjsonStore({ path: path!, now: () => noon, onProblem: (problem) => console.log('problem', problem.reason) })
console.log('open')

async function append(): Promise<void> {
  for (;;) {
    const id = createId()
    await store.append([makeHit({ id, title: 'Kill '.repeat(1 + Math.floor(Math.random() * 2000)) })])
    // One write to a pipe of less than 4 KiB is whole or not at all.
    process.stdout.write(`${id}\n`)
  }
}

async function upkeep(): Promise<void> {
  for (let count = 0; ; count++) {
    const user = `erased-${process.pid}-${count}`
    await store.append([makeHit({ id: createId(), user })])
    await store.erase({ site: 'shop', user })
    process.stdout.write(`${user}\n`)
    await store.maintain()
  }
}

await Promise.all([append(), append(), append(), append(), upkeep()])
