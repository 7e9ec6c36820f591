import { IDBFactory } from 'fake-indexeddb'
import { setImmediate } from 'node:timers/promises'
import { vi } from 'vitest'
import type * as Tracker from '@treadlight/tracker'
import { createFakeCollector, type FakeCollector } from './fakeCollector.ts'

export type TrackerModule = typeof Tracker

/** Where the tests' hits go; it is also the name of the tracker's database. */
export const endpoint = 'https://stats.example/hit'
/** When each test begins. */
export const start: number = Date.parse('2026-11-21T10:00:00.000Z')
export const second = 1000
export const minute: number = 60 * second
export const day = 86_400_000

let listening: Parameters<typeof addEventListener>[] = []

/** A page that somebody looks at, with clocks that stand still and a device on which nothing is stored: before each test. */
export function openPage(): void {
  // A page has lived for a moment before its scripts run.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'], now: start - second })
  vi.advanceTimersByTime(second)
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  vi.spyOn(performance, 'getEntriesByType').mockReturnValue([{ type: 'navigate' }] as never)
  vi.spyOn(document, 'hasFocus').mockReturnValue(true)
  vi.spyOn(document.documentElement, 'scrollHeight', 'get').mockReturnValue(innerHeight * 4)
  vi.stubGlobal('indexedDB', new IDBFactory())
  listen()
  setVisibility('visible')
  history.replaceState(null, '', '/start')
  document.title = 'Start'
}

/** Nothing of one test's tracker is there in the next: after each test. */
export function closePage(): void {
  for (const [type, listener, options] of listening) removeEventListener(type, listener, options)
  for (const method of ['pushState', 'replaceState']) Reflect.deleteProperty(history, method)
  for (const property of ['currentScript', 'prerendering', 'wasDiscarded', 'title']) Reflect.deleteProperty(document, property)
  for (const property of ['locks', 'webdriver', 'globalPrivacyControl', 'doNotTrack']) Reflect.deleteProperty(navigator, property)
  document.body.replaceChildren()
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  localStorage.clear()
  sessionStorage.clear()
}

/** Notes who listens on the window: the tracker listens for as long as its page lives. */
function listen(): void {
  const original = addEventListener
  listening = []
  vi.stubGlobal('addEventListener', (...args: Parameters<typeof addEventListener>) => {
    listening.push(args)
    original(...args)
  })
}

/** The tracker's modules as a new page has them: its state is theirs. */
export async function loadTracker(): Promise<TrackerModule> {
  vi.resetModules()
  Reflect.deleteProperty(globalThis, 'treadlight')
  return import('@treadlight/tracker')
}

export interface OpenTracker extends TrackerModule {
  collector: FakeCollector
}

/** Sends each hit as a request of its own: its parts are seen at once, without a queue. */
export function sendEach({ transport }: Pick<FakeCollector, 'transport'>): Tracker.Part {
  return () => (hit) => void transport(endpoint, JSON.stringify({ sentAt: Date.now(), hits: [hit] }))
}

/** Tracks this page anew; without parts each hit is a request of its own. */
export async function openTracker(
  use: (tracker: TrackerModule, collector: FakeCollector) => Tracker.Part[] = () => [],
  { collector = createFakeCollector() }: { collector?: FakeCollector } = {},
): Promise<OpenTracker> {
  const tracker = await loadTracker()
  tracker.init({ endpoint, use: [...use(tracker, collector), sendEach(collector)] })
  return { ...tracker, collector }
}

/** Lets fake time pass, and IndexedDB, which lives in real time, catch up. */
export async function pass(milliseconds = 0): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await setImmediate()
  await vi.advanceTimersByTimeAsync(milliseconds)
  for (let turn = 0; turn < 20; turn++) await setImmediate()
}

export function setVisibility(state: DocumentVisibilityState): void {
  define(document, 'visibilityState', state)
  define(document, 'hidden', state === 'hidden')
}

export function hide(): void {
  setVisibility('hidden')
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
}

export function show(): void {
  setVisibility('visible')
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
}

/** Says what a browser would say: `closePage` takes it back. */
export function define(object: object, property: string, value: unknown): void {
  Object.defineProperty(object, property, { value, configurable: true })
}

/** What is kept on the device, as IndexedDB sorts it. */
export async function readRows(): Promise<{ id: string; name?: string }[]> {
  const database = await openDatabase()
  const rows = await finish(database.transaction('hits').objectStore('hits').getAll())
  database.close()
  return rows as { id: string }[]
}

/** Leaves hits on the device, like a former page. */
export async function putRows(hits: readonly { id: string }[]): Promise<void> {
  const database = await openDatabase()
  const store = database.transaction('hits', 'readwrite').objectStore('hits')
  await Promise.all(hits.map((hit) => finish(store.put(hit, hit.id))))
  database.close()
}

export async function deleteRow(id: string): Promise<void> {
  const database = await openDatabase()
  await finish(database.transaction('hits', 'readwrite').objectStore('hits').delete(id))
  database.close()
}

async function openDatabase(): Promise<IDBDatabase> {
  const opening = indexedDB.open(endpoint)
  opening.onupgradeneeded = () => opening.result.createObjectStore('hits')
  return finish(opening)
}

function finish<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('IndexedDB')))
  })
}
