// h3 as its documentation shows it: one route that reads a hit as JSON and answers 204.
import { H3, noContent, readBody, serve } from 'h3'

const app = new H3()
app.get('/', () => noContent())
app.post('/hit', async (event) => {
  await readBody(event)
  return noContent()
})
serve(app, { port: Number(process.argv[2]), hostname: '127.0.0.1', silent: true })
