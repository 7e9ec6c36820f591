export default () => new Response('<!doctype html><title>First</title>', { headers: { 'content-type': 'text/html' } })
