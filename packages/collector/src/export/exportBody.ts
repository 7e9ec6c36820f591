import { setImmediate as turn } from 'node:timers/promises'
import type { Piece } from '../reports/table.ts'
import type { ExportJob } from './exportJobs.ts'

export interface ExportBodyOptions {
  pieces: AsyncIterable<Piece>
  /** Brought up to date with every piece. */
  job: ExportJob
  /** Whether all was there that should be, asked at the end. */
  isWhole: () => boolean
  /** Told of what broke it off. */
  onError: (error: unknown) => void
  /** ms that whoever takes it may take nothing before it is given up. @default 10 minutes: downloads can be paused */
  patience?: number
}

/**
 * An export as the body of an answer. It is read only as far as somebody takes it: nothing is made ahead, and once they
 * have gone nothing more is read. Where reading fails the body breaks off, and with it the connection, so that half a file
 * never passes for a whole one.
 *
 * @throws Error what already the first rows fail with: then there is still time for an answer that says so
 */
export async function createExportBody({ pieces, job, isWhole, onError, patience = 10 * 60_000 }: ExportBodyOptions): Promise<ReadableStream<Uint8Array>> {
  const iterator = pieces[Symbol.asyncIterator]()
  const first = await readUntilRows(iterator).catch((error: unknown) => {
    job.state = 'failed'
    throw error
  })
  let timer: NodeJS.Timeout | undefined

  function end(state: ExportJob['state']): void {
    clearTimeout(timer)
    if (job.state === 'running') job.state = state
  }

  function giveUp(controller: ReadableStreamDefaultController): void {
    end('stopped')
    controller.error(new Error('[treadlight] nobody has taken any more of the export'))
    void iterator.return?.().catch(onError)
  }

  async function next(): Promise<IteratorResult<Piece>> {
    const piece = first.shift()
    if (piece !== undefined) return { done: false, value: piece }
    // Whole days of a storage in memory would otherwise go out without a pause, and hits wait meanwhile.
    await turn()
    return iterator.next()
  }

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        clearTimeout(timer)
        try {
          let piece = await next()
          while (piece.done !== true && piece.value.bytes.byteLength === 0) piece = await next()
          if (job.state !== 'running') return
          if (piece.done === true) {
            end(isWhole() ? 'done' : 'incomplete')
            return controller.close()
          }
          job.rows += piece.value.rows
          job.bytes += piece.value.bytes.byteLength
          timer = setTimeout(giveUp, patience, controller).unref()
          controller.enqueue(piece.value.bytes)
        } catch (error) {
          end('failed')
          onError(error)
          controller.error(error)
        }
      },
      async cancel() {
        end('stopped')
        await iterator.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}

/** The head of a file is written before anything is read: only with the first rows it shows whether that works. */
async function readUntilRows(iterator: AsyncIterator<Piece>): Promise<Piece[]> {
  const pieces: Piece[] = []
  for (;;) {
    const { done, value } = await iterator.next()
    if (done === true) return pieces
    pieces.push(value)
    if (value.rows > 0) return pieces
    // What is long on its way to its first row says so again and again, and hits wait meanwhile.
    await turn()
  }
}
