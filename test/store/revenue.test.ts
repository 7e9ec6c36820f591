import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addRevenue, averageRevenue, mergeRevenue, readRevenueText, revenueText, totalRevenue, type RevenueSums } from '../../packages/store/src/revenue.ts'

function sumsOf(amounts: readonly string[], currency = 'EUR'): RevenueSums {
  const sums: RevenueSums = new Map()
  for (const amount of amounts) addRevenue(sums, { amount, currency })
  return sums
}

test.each<[amounts: string[], total: number | null, average: number | null]>([
  [[], null, null],
  [['0.1', '0.2'], 0.3, 0.15],
  [Array.from({ length: 10 }, () => '0.1'), 1, 0.1],
  [['1', '1', '0'], 2, 0.666667],
  [['-1', '-1', '0'], -2, -0.666667],
  [['0.000001', '0'], 0.000001, 0.000001],
  [['999999999999999', '0.5'], 999999999999999.5, 499999999999999.75],
  [['-5.25', '5.25'], 0, 0],
  [['0.000001', '-0.000002'], -0.000001, -0.000001],
  // From an import that nobody has checked: nothing.
  [['1e5', 'ten', '', '0x10', '1.0000001', ' 1'], null, null],
  [['1e5', '2'], 2, 2],
])('%j: total %j, average %j', (amounts, total, average) => {
  const sums = sumsOf(amounts)
  expect([totalRevenue(sums), averageRevenue(sums)]).toEqual([total, average])
})

test.each(['EURO', '', '=1+', '€'])('what calls its currency %j is nothing: no API could say it', (currency) => {
  expect(sumsOf(['1'], currency)).toEqual(new Map())
})

test.each<[amount: string, millionths: number | bigint]>([
  ['0', 0],
  ['-0.5', -500_000],
  ['9.99', 9_990_000],
  ['000000000000001.1', 1_100_000],
  ['999999999.999999', 999_999_999_999_999],
  ['-999999999.999999', -999_999_999_999_999],
  ['1000000000', 1_000_000_000_000_000n],
  ['999999999999999.999999', 999_999_999_999_999_999_999n],
  ['-999999999999999.999999', -999_999_999_999_999_999_999n],
])('%s as a text of an index', (amount, millionths) => {
  const text = revenueText({ amount, currency: 'EUR' })
  expect(readRevenueText(text)).toEqual({ currency: 'EUR', amount: millionths })
  expect(sumsOf([amount])).toEqual(new Map([['EUR', { amount: BigInt(millionths), count: 1 }]]))
})

test('a text of an index says any amount to the millionth', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 21n) + 1n, max: 10n ** 21n - 1n }), (millionths) => {
      const size = millionths < 0n ? -millionths : millionths
      const amount = `${millionths < 0n ? '-' : ''}${size / 1_000_000n}.${String(size % 1_000_000n).padStart(6, '0')}`
      expect(BigInt(readRevenueText(revenueText({ amount, currency: 'usd' })).amount)).toBe(millionths)
    }),
    { numRuns: 1000 },
  )
})

test('what counts as nothing is no text', () => {
  const odd = [['1e5', 'EUR'], ['', 'EUR'], ['1', 'EURO'], ['1', ''], ['1', 'EUR\n']] as const
  for (const [amount, currency] of odd) expect(revenueText({ amount, currency })).toBe('')
  expect(() => readRevenueText('many EUR')).toThrow(TypeError)
})

test('currencies are never added up', () => {
  const sums = mergeRevenue(sumsOf(['1']), sumsOf(['2'], 'USD'))
  expect([totalRevenue(sums), averageRevenue(sums)]).toEqual([null, null])
})

test('sums of days are the sum of all, and the days stay as they were', () => {
  const amounts = fc.array(fc.tuple(fc.integer({ min: -9_999_999, max: 9_999_999 }), fc.integer({ min: 0, max: 6 })).map(([value, digits]) => (value / 10 ** digits).toFixed(digits)))
  fc.assert(
    fc.property(amounts, amounts, (first, second) => {
      const [a, b] = [sumsOf(first), sumsOf(second)]
      expect(mergeRevenue(a, b)).toEqual(sumsOf([...first, ...second]))
      expect(a).toEqual(sumsOf(first))
    }),
  )
})
