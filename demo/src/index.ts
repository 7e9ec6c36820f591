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
 * @param args what stands behind `npm start --`: nothing, because settings come from the environment or a config file
 */
export async function start(args: string[]): Promise<number> {
  if (args.length > 0) return complain(`npm start takes no ${args[0]}: set TREADLIGHT_* in the environment, such as PORT=4601 npm start`)
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
