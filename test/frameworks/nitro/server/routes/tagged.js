export default async (event) => new Response(`<!doctype html><title>Tagged</title>${await event.context.treadlight?.tag()}`, { headers: { 'content-type': 'text/html' } })
