// The least that a server can do with a hit: read it, parse it, answer 204.
import { createServer } from 'node:http'

createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    if (chunks.length > 0) JSON.parse(Buffer.concat(chunks).toString())
    response.writeHead(204).end()
  })
}).listen(Number(process.argv[2]), '127.0.0.1')
