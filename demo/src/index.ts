import { banner, ConfigError, resolveConfig, runUntilStopped, serve, type Config, type RunningCollector } from 'treadlight'
import { fromNodeHandler } from 'h3'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clubPath, createClub, type Club } from './club.ts'
import { addDemoRoutes } from './demoRoutes.ts'

/**
 * The collector with the demo beside it, until it is told to stop. Answers the exit code.
 * @param args what stands behind `npm start --`: `--demo` or nothing, because settings come from the environment or a config file
 */
export async function start(args: string[]): Promise<number> {
  const stranger = args.find((arg) => arg !== '--demo')
  if (stranger !== undefined) return complain(`npm start takes no ${stranger}, only --demo: set TREADLIGHT_* in the environment, such as PORT=4601 npm start`)
  const isFilled = args.includes('--demo') || process.env['DEMO'] === '1'
  try {
    // The demo is tried, by people and by checks, with browsers that a program drives.
    const { config, settings } = await resolveConfig({ defaults: { 'bots.automation': 'count', userSecrets: [randomBytes(32).toString('base64url')] } })
    return await runUntilStopped(async (beforeListening) => {
      let club: Club | undefined
      // h3 takes the answer for finished with the promise.
      const clubRoute = fromNodeHandler(async (request, response) => {
        const closed = once(response, 'close')
        club!.app(request as never, response as never)
        await closed
      })
      const running = await serve({
        config,
        settings,
        setUp(app) {
          app.all(`${clubPath}/**`, clubRoute)
          addDemoRoutes(app, config.userSecrets[0])
        },
        beforeListening,
      })
      club = await startClub(running, config)
      console.log(banner(running, config, [
          ['Demo', `${running.url}/demo/`],
          ['Robots', describeRobots(config)],
        ]))
      if (isFilled) void fillDemoSite(running)
      return {
        ...running,
        async close() {
          // What is on its way still has a collector to go to.
          await club.tracking.close({ timeout: 2000 })
          await running.close()
        },
      }
    })
  } catch (error) {
    if (error instanceof ConfigError) return complain(error.message)
    throw error
  }
}

/** A second site, with a year of made-up visits. The collector takes hits meanwhile. */
async function fillDemoSite({ url, collector: { demoSites } }: RunningCollector): Promise<void> {
  try {
    const { filled } = await demoSites.begin({})
    const { id, demo } = await filled
    console.log(`  Made up: ${demo.hits?.toLocaleString('en')} hits of site ${id}, ${demo.from} to ${demo.to}: ${url}/dashboard/?site=${id}`)
  } catch (error) {
    complain(`--demo: ${(error as Error).message}`)
  }
}

const clubToken = 'demo: The Slow Club'

/** The club as its owner would start it, but that this makes the token itself, anew each time. */
async function startClub({ url, collector: { tokens } }: RunningCollector, { userSecrets }: Config): Promise<Club> {
  for (const { id, name } of await tokens.list()) if (name === clubToken) await tokens.revoke(id)
  const { token } = await tokens.create(clubToken, ['hits'])
  return createClub({ collector: url, token, userSecret: userSecrets[0], folder: join(tmpdir(), `treadlight-demo-${process.getuid?.() ?? ''}`, new URL(url).port) })
}

function describeRobots({ bots }: Config): string {
  return bots.automation === 'count'
    ? 'driven and headless browsers count here; elsewhere only with bots.automation set to count'
    : 'driven and headless browsers do not count (bots.automation)'
}

function complain(text: string): number {
  console.error(`treadlight: ${text}`)
  return 1
}
