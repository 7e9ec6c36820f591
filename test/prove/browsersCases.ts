import { setTimeout as wait } from 'node:timers/promises'
import type { DrivenPage, Visit } from '../browsers/engines/engine.ts'
import type { ProxyFault } from '../browsers/faultyProxy.ts'
import type { PageSettings } from '../browsers/proof/told.ts'
import type { Scene } from './browsersScene.ts'

export type BrowserCaseName = ProvedFault | 'offline' | 'tab crash' | 'kill -9' | 'storage blocked' | 'four tabs' | 'clock ahead' | 'clock behind'
type ProvedFault = Exclude<ProxyFault, 'pass' | 'refuse' | 'slow'>
type BrowserCase = (scene: Scene) => Promise<void>

/** What happens to pages that track. */
export const browserCases: Record<BrowserCaseName, BrowserCase> = {
  offline,
  '500': behind('500'),
  '503': behind('503'),
  'reset before': behind('reset before'),
  'reset after': behind('reset after'),
  'answer lost': behind('answer lost'),
  'captive portal': behind('captive portal'),
  'tab crash': crashTab,
  'kill -9': killBrowser,
  'storage blocked': blockStorage,
  'four tabs': openFour,
  'clock ahead': shiftClock([2, 20, 400]),
  'clock behind': shiftClock([-2, -9, -400]),
}

export const browserCaseNames: readonly BrowserCaseName[] = Object.keys(browserCases) as BrowserCaseName[]

const day = 86_400_000

/** Some views and events while the way to the collector is spoiled, from the start or from then on. */
function behind(fault: ProxyFault): BrowserCase {
  return async (scene) => {
    const { proxy, random } = scene
    const isFirst = random() < 0.5
    if (isFirst) await proxy.meet(fault)
    const page = await scene.open('/start')
    await proxy.meet(fault)
    await act(page, random)
    await scene.untilQueued()
    await scene.untilMet(fault)
    if (random() < 0.5) await leave(scene, page)
    await scene.settle()
  }
}

/** By the browser itself where it can, with its events; else, and as often, there is nobody at the collector's port. */
async function offline(scene: Scene): Promise<void> {
  const { browser, random } = scene
  if (!browser.setOffline || random() < 0.5) return behind('refuse')(scene)
  const page = await scene.open('/start')
  await browser.setOffline(true)
  await act(page, random)
  await scene.untilQueued()
  await browser.setOffline(false)
  await scene.settle()
}

/** What a page makes as it is left has only a beacon, and nobody is there to get it. */
async function leave(scene: Scene, page: DrivenPage): Promise<void> {
  await page.goto(`${scene.site.url}/next`)
  scene.breakOff()
}

/** The tab goes while it makes hits; the browser and another page of the site bring what was on the device. */
async function crashTab(scene: Scene): Promise<void> {
  const { engine, proxy, random } = scene
  await proxy.meet(pickFault(random))
  if (!engine.drivesCrashes) return crashVisit(scene)
  const page = await scene.open('/start')
  await act(page, random)
  await scene.untilQueued()
  await page.evaluate('void setInterval(() => proof.act("e", 0), 15)')
  await wait(random() * 300)
  await page.crash()
  scene.forget(page)
  scene.breakOff()
  await proxy.meet('pass')
  await scene.open('/later')
  await scene.settle()
}

/** Where a driver does not survive it: the browser does, is closed, and brings it when it is started again. */
async function crashVisit(scene: Scene): Promise<void> {
  const visit = await visitInTheMidst(scene)
  await visit.crashTabs()
  scene.breakOff()
  await visit.close()
  await comeAgain(scene)
}

async function killBrowser(scene: Scene): Promise<void> {
  await scene.proxy.meet(pickFault(scene.random))
  const visit = await visitInTheMidst(scene)
  await visit.kill()
  scene.breakOff()
  await comeAgain(scene)
}

/** Resolves once there are hits on the device, and more of them are being made. */
async function visitInTheMidst({ engine, profile, site, random }: Scene): Promise<Visit> {
  const letters = pickLetters(random)
  site.onLoad = `proof.act('${letters}', 20).then(() => setInterval(() => proof.act('e', 0), 15))`
  const visit = await engine.visit(profile, `${site.url}/start`)
  const { queued } = site.record
  for (const deadline = Date.now() + 60_000; queued.size <= letters.length; await wait(20)) {
    if (Date.now() > deadline) throw new Error(`${engine.name}: ${queued.size} of ${letters.length + 1} hits are on the device after a minute`)
  }
  await wait(random() * 300)
  return visit
}

async function comeAgain(scene: Scene): Promise<void> {
  const { engine, profile, site } = scene
  site.onLoad = 'setInterval(() => proof.comeBack(), 300)'
  await scene.proxy.meet('pass')
  const visit = await engine.visit(profile, `${site.url}/later`)
  await scene.settle()
  await visit.kill()
  scene.cutOff()
}

/** A page that can keep nothing delivers as long as it lives, also what failed at first. */
async function blockStorage(scene: Scene): Promise<void> {
  const { site, proxy, random } = scene
  site.settings = { storage: pick<NonNullable<PageSettings['storage']>>(['throws', 'is missing', 'hangs'], random) }
  const fault = pick<ProxyFault>(['pass', '503', 'reset before', 'answer lost'], random)
  await proxy.meet(fault)
  await act(await scene.open('/start'), random)
  await scene.untilMet(fault)
  await scene.settle()
}

/** They share a queue, and the answers take so long that all of them want to send it at the same time. */
async function openFour(scene: Scene): Promise<void> {
  const { proxy, random } = scene
  await proxy.meet('reset before')
  const pages: DrivenPage[] = []
  for (const path of ['/one', '/two', '/three', '/four']) pages.push(await scene.open(path))
  await Promise.all(pages.map((page) => act(page, random)))
  await scene.untilQueued()
  await proxy.meet('slow')
  await Promise.all(pages.map((page) => page.evaluate('proof.comeBack()')))
  await scene.untilMet('slow')
  await scene.settle()
}

/** @param days that the page's clock may be ahead */
function shiftClock(days: readonly number[]): BrowserCase {
  return async (scene) => {
    const { site, proxy, random } = scene
    site.settings = { clockAhead: pick(days, random) * day }
    if (random() < 0.5) await proxy.meet('refuse')
    const page = await scene.open('/start')
    await act(page, random)
    await scene.untilQueued()
    await proxy.meet('pass')
    await act(page, random)
    await scene.settle()
  }
}

async function act(page: DrivenPage, random: () => number): Promise<void> {
  await page.evaluate(`proof.act('${pickLetters(random)}', ${Math.floor(random() * 60)})`)
}

/** At least a view, that of a route, and an event of it. */
function pickLetters(random: () => number): string {
  return `ve${Array.from({ length: Math.floor(random() * 6) }, () => (random() < 0.5 ? 'v' : 'e')).join('')}`
}

function pickFault(random: () => number): ProxyFault {
  return pick<ProxyFault>(['pass', 'refuse', '503', 'answer lost'], random)
}

function pick<T>(choices: readonly T[], random: () => number): T {
  return choices[Math.floor(random() * choices.length)]!
}
