import { ConfigError } from '../settings.ts'
import { failure } from './respond.ts'

/** Answers by `act`, unless another task is running; what the owner has to know of a failure is a 503. */
export type OneTask = (task: string, act: () => Promise<Response>) => Promise<Response>

/** Long tasks that whoever asks must not run side by side: one at a time. */
export function createOneTask(): OneTask {
  let running: string | undefined
  return async (task, act) => {
    if (running !== undefined) return failure(409, `The task ${running} is running: try again when it is done`, { 'retry-after': '10' })
    running = task
    try {
      return await act()
    } catch (error) {
      // It says all there is to say, and is the owner's to read.
      if (error instanceof ConfigError) return failure(503, error.message)
      throw error
    } finally {
      running = undefined
    }
  }
}
