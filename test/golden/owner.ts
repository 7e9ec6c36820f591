/** What an owner has made, and is asked of a golden folder of small values: arguments of the CLI. */
export const ownerSteps: readonly (readonly string[])[] = [
  ['site', 'add', 'blog', '--host', 'blog.example', '--timezone', 'Europe/Berlin'],
  ['site', 'allow', 'default', '--host', 'shop.example'],
  ['exclude', 'add', '--path', '/internal'],
  ['goal', 'add', '--event', 'buy', '--name', 'Bought'],
  ['segment', 'add', '--name', 'Phones', '--filters', '[["is","visit:device",["Mobile"]]]'],
  ['annotation', 'add', 'v1 deployed', '--time', '2026-11-21'],
  ['funnel', 'add', '/', '/checkout', 'goal:Bought', '--name', 'Sale'],
]

/** Each prints JSON in which nothing depends on the clock. */
export const ownerQuestions: readonly (readonly string[])[] = [
  ['site', 'list', '--json'],
  ['exclude', 'list', '--json'],
  ['goal', 'list', '--json'],
  ['segment', 'list', '--json'],
  ['annotation', 'list', '--json'],
  ['funnel', 'list', '--json'],
  ['share', 'list', '--json'],
  ['token', 'list', '--json'],
  ['user', 'list', '--json'],
]
