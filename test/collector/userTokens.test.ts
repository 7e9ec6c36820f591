import { signUser, verifyUser } from '@treadlight/protocol'
import { expect, test } from 'vitest'
import { createUserTokens } from '../../packages/collector/src/identity/userTokens.ts'

const secrets = ['k3Jx0v9QmT7wYp2LrZ8bNd4sHf6gCa1E', 'Zq8Lw2Xe5Rt7Yu1Io4Pa6Sd9Fg3Hj0Kl']
const expires = Date.parse('2026-11-21T12:00:00.000Z')
const sign = (user: string, secret = secrets[0]!): Promise<string> => signUser({ user, expires }, secret)

test('believes the tokens that verifyUser believes, the second time too', async () => {
  const tokens = createUserTokens(secrets)
  const good = await sign('ada')
  const given = [good, await sign('李', secrets[1]), await sign('ada', 'another secret of 32 characters!'), `${good}x`, good.replace('.', '..'), `x${good}`, '', '.', 'ada', 'x'.repeat(5000)]
  for (const token of [...given, ...given]) {
    const verdict = await verifyUser(token, { secrets, time: expires })
    expect(tokens.read(token)).toEqual('claims' in verdict ? verdict.claims : undefined)
  }
})

test('more tokens than are remembered change nothing', async () => {
  const tokens = createUserTokens(secrets)
  const good = await sign('ada')
  for (let index = 0; index < 10_001; index++) tokens.read(`${index}.x`)
  expect(tokens.read(good)).toEqual({ user: 'ada', expires })
  const long = await Promise.all(Array.from({ length: 40 }, (_, index) => signUser({ user: 'u'.repeat(254) + String.fromCharCode(97 + (index % 26)), session: `${index}`, expires }, secrets[0]!)))
  for (const token of [...long, ...long]) expect(tokens.read(token)).toMatchObject({ user: expect.stringMatching(/^u{254}/) as string })
})
