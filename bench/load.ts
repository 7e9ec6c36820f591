// Load from a process of its own: `load.ts PORT BATCH SECONDS [RATE]` prints { requests, p99, hits } as JSON: requests a second, ms, and all hits that were sent. With a rate, requests
// a second, each is sent when it is due, and waits count from then; without, each connection sends as it gets its answer. The
// first second does not count: as long as its own code is compiled, what waits is the load and not the server.
// Plain sockets, because an HTTP client costs more than the server that it is to load.
import { connect, type Socket } from 'node:net'

const [port, batch, seconds, rate = 0] = process.argv.slice(2).map(Number) as [number, number, number, number?]
const connections = 64
/** So many user agents, addresses and URLs, of lengths that have no common divisor. */
const varied = 10_000
const paths = Array.from({ length: varied }, (_, index) => `/products/${index}${index % 7 === 0 ? '?utm_source=news&utm_medium=email' : ''}`)
const systems = ['X11; Linux x86_64', 'Windows NT 10.0; Win64; x64', 'Macintosh; Intel Mac OS X 10_15_7', 'Linux; Android 10; K']
const agents = Array.from(
  { length: varied + 7 },
  (_, index) => `Mozilla/5.0 (${systems[index % 4]}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${100 + (index % 50)}.0.${index}.0 Safari/537.36`,
)

const latencies: number[] = []
let made = 0
let requests = 0
let measuring = true

const started = performance.now() + 1000
await Promise.all(Array.from({ length: connections }, () => runConnection()))
const elapsed = (performance.now() - started) / 1000
latencies.sort((a, b) => a - b)
console.log(JSON.stringify({ requests: requests / elapsed, p99: latencies[Math.floor(latencies.length * 0.99)], hits: made }))

function runConnection(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.setNoDelay(true)
    let sent = 0
    let received = ''
    let due = performance.now() + (Math.random() * connections * 1000) / (rate || Infinity)
    /** Sends at once, or when it is due. */
    const next = (): void => {
      if (rate === 0) return void (sent = send(socket))
      const wait = due - performance.now()
      if (wait > 1) return void setTimeout(next, wait)
      send(socket)
      sent = due
      due += (connections * 1000) / rate
    }
    socket.on('connect', next)
    socket.on('error', reject)
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      received += chunk
      if (!isComplete(received)) return
      const status = received.slice(9, 12)
      if (status !== '201' && status !== '204') return reject(new Error(`unexpected answer: ${received.slice(0, 500)}`))
      received = ''
      const now = performance.now()
      if (sent >= started) latencies.push(now - sent)
      if (now >= started) requests++
      if (now - started > seconds * 1000) measuring = false
      if (measuring) next()
      else {
        socket.destroy()
        resolve()
      }
    })
  })
}

function send(socket: Socket): number {
  const hits = Array.from({ length: batch }, createHit)
  const body = batch === 1 ? hits[0]! : `{"sentAt":${Date.now()},"hits":[${hits.join(',')}]}`
  socket.write(
    `POST /hit HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: ${agents[made % agents.length]}\r\nX-Forwarded-For: 203.${(made >> 8) % 40}.${made % 256}.7\r\n` +
      `Content-Type: text/plain;charset=UTF-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  return performance.now()
}

function createHit(): string {
  const serial = (made++).toString(16).padStart(12, '0')
  const now = Date.now()
  const stamp = now.toString(16).padStart(12, '0')
  return (
    `{"id":"${stamp.slice(0, 8)}-${stamp.slice(8)}-7${process.pid.toString(16).padStart(3, '0').slice(-3)}-8000-${serial}","type":"pageview",` +
    `"url":"https://shop.example${paths[made % paths.length]}","title":"Products of the shop","referrer":"https://www.google.com/",` +
    `"timestamp":"${new Date(now).toISOString()}"}`
  )
}

function isComplete(answer: string): boolean {
  const end = answer.indexOf('\r\n\r\n')
  if (end === -1) return false
  const head = answer.slice(0, end).toLowerCase()
  const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1]
  if (length !== undefined) return answer.length >= end + 4 + Number(length)
  return head.includes('transfer-encoding: chunked') ? answer.endsWith('0\r\n\r\n') : true
}
