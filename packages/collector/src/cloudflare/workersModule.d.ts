/** What is used of Cloudflare's own module, https://developers.cloudflare.com/durable-objects/api/base/. */
declare module 'cloudflare:workers' {
  export class DurableObject<Env> {
    protected ctx: { storage: { get(key: string): Promise<unknown>; put(key: string, value: unknown): Promise<void> } }
    protected env: Env
    constructor(ctx: object, env: Env)
  }
}
