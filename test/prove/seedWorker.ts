// A process of `simulate` that plays the seeds that it is sent, one after the other, and tells what each came to.
import { createSeedPlayer } from './seedPlayer.ts'

const play = await createSeedPlayer()
process.on('message', (seeds: number[]) => void playAll(seeds))
process.send!('ready')

async function playAll(seeds: readonly number[]): Promise<void> {
  for (const seed of seeds) process.send!(await play(seed))
}
