import type { EngineName } from '../../../scripts/engines.ts'
import { startChromium } from './chromiumEngine.ts'
import type { Engine } from './engine.ts'
import { startFirefox } from './firefoxEngine.ts'
import { startWebKit } from './webkitEngine.ts'

const starters: Record<EngineName, () => Engine | Promise<Engine>> = { chromium: startChromium, firefox: startFirefox, webkit: startWebKit }

/** Starts an engine that this machine has. */
export async function startEngine(name: EngineName): Promise<Engine> {
  return starters[name]()
}
