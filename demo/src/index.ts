import { banner, ConfigError, loadConfig, runUntilStopped, serve, type Config } from 'treadlight'
import { addDemoRoutes } from './demoRoutes.ts'

/**
 * The collector with the demo beside it, until it is told to stop. Answers the exit code.
 * @param args what stands behind `npm start --`: nothing, because settings come from the environment or a config file
 */
export async function start(args: string[]): Promise<number> {
  if (args.length > 0) return complain(`npm start takes no ${args[0]}: set TREADLIGHT_* in the environment, such as PORT=4601 npm start`)
  try {
    // The demo is tried, by people and by checks, with browsers that a program drives.
    const config = await loadConfig({ defaults: { 'bots.automation': 'count' } })
    return await runUntilStopped(async (beforeListening) => {
      const running = await serve({ config, setUp: addDemoRoutes, beforeListening })
      console.log(banner(running, config, [
          ['Demo', `${running.url}/demo/`],
          ['Robots', describeRobots(config)],
        ]))
      return running
    })
  } catch (error) {
    if (error instanceof ConfigError) return complain(error.message)
    throw error
  }
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
