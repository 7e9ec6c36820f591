import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** Stands between a client and a server, to break what is between them. */
export interface TcpProxy {
  port: number
  /** Passes nothing on, in either direction, and closes nothing. */
  hang(): void
  /** Passes nothing back, so that what is sent takes effect and nobody hears of it. */
  mute(): void
  /** Passes everything on again; what was held back meanwhile is lost. */
  heal(): void
  /** Closes every connection; new ones are served. */
  drop(): void
}

export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  let mode: 'open' | 'hanging' | 'mute' = 'open'
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    client.on('data', (chunk) => mode !== 'hanging' && upstream.write(chunk))
    upstream.on('data', (chunk) => mode === 'open' && client.write(chunk))
    for (const [socket, other] of [[client, upstream], [upstream, client]] as const) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const drop = () => sockets.forEach((socket) => socket.destroy())
  onTestFinished(() => {
    drop()
    server.close()
  })
  return {
    port: (server.address() as AddressInfo).port,
    hang: () => void (mode = 'hanging'),
    mute: () => void (mode = 'mute'),
    heal: () => void (mode = 'open'),
    drop,
  }
}
