import type { FastifyPluginCallback, FastifyRequest } from 'fastify'
import { isReadablePage } from './adapters/beginning.ts'
import { headerText, requestOf } from './adapters/nodeResponse.ts'
import { beginVisit, trackingOf, type TrackRequestsOptions } from './adapters/trackingOf.ts'
import type { AnswerHead, Visit } from './tracking.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What can be done beside counting the page: undefined where nothing is tracked. */
    treadlight: Visit | undefined
  }
}

/**
 * Counts the pages that a Fastify app answers. The visit is at `request.treadlight`. Fastify says scheme and host by its option
 * `trustProxy`.
 *
 * @example
 * app.register(trackRequests({ collector: 'https://stats.example', token: process.env.TREADLIGHT_TOKEN }))
 */
export function trackRequests(options: TrackRequestsOptions): FastifyPluginCallback {
  const tracking = trackingOf(options)
  const plugin: FastifyPluginCallback = (app, _, done) => {
    const pages = new WeakMap<object, string>()
    app.decorateRequest('treadlight', undefined)
    app.addHook('onRequest', async (request) => {
      request.treadlight = await beginVisit(tracking, () => toRequest(request), { address: request.socket.remoteAddress, native: request })
    })
    app.addHook('onSend', (request, reply, payload, next) => {
      const visit = request.treadlight
      const headers: AnswerHead['headers'] = { get: (name) => headerText(reply.getHeader(name)) }
      // Of two that are the same name Fastify appends cookies and replaces the others, as it should be here.
      for (const [name, value] of visit?.headersFor({ status: reply.statusCode, headers }) ?? []) reply.header(name, value)
      if (visit && typeof payload === 'string' && isReadablePage(headers)) pages.set(request, payload)
      next()
    })
    app.addHook('onResponse', (request, reply, next) => {
      const headers: AnswerHead['headers'] = { get: (name) => headerText(reply.getHeader(name)) }
      const html = pages.get(request)
      request.treadlight?.end({ status: reply.statusCode, headers, reason: reply.raw.statusMessage, ...(html !== undefined && { html }) })
      next()
    })
    app.addHook('onClose', () => tracking.flush())
    done()
  }
  // Without it the hooks would count only the routes of a scope that nobody adds any to.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true, [Symbol.for('fastify.display-name')]: '@treadlight/server' })
}

/**
 * The web Request that the rest of `@treadlight/server` takes, without its body.
 *
 * @example
 * reply.header('set-cookie', tracking.consentCookies('accept', toRequest(request)))
 */
export function toRequest(request: FastifyRequest): Request {
  // Fastify 4 has no `host`: there `hostname` is with the port.
  const host = (request.host as string | undefined) ?? request.hostname
  return requestOf(request.raw, request.originalUrl, `${request.protocol}://${host}`)
}
