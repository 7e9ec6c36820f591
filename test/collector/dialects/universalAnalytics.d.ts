declare module 'universal-analytics' {
  /** As far as the tests ask it. */
  interface Visitor {
    pageview(params: Record<string, unknown>): Visitor
    event(params: Record<string, unknown>): Visitor
    screenview(name: string, app: string, version: string): Visitor
    exception(description: string, fatal?: boolean): Visitor
    timing(category: string, variable: string, time: number): Visitor
    transaction(id: string, revenue: number, shipping: number, tax: number): Visitor
    item(price: number, quantity: number, sku: string, name: string): Visitor
    send(callback: (error: Error | null, requests: number) => void): void
  }
  interface Options {
    hostname: string
    http?: boolean
    headers?: Record<string, string>
    strictCidFormat?: boolean
    uid?: string
  }
  export default function ua(tid: string, cid: string, options: Options): Visitor
}
