import { defineParameters, type GroupValues, type ParameterGroup, type ParameterValue, type WireParameters } from './defineParameters.ts'
import { checkNumber, writeNumbered } from './parameterGroups.ts'

const product = {
  sku: 'id',
  name: 'nm',
  brand: 'br',
  /** Up to five levels: `Clothes/Coats`. */
  category: 'ca',
  variant: 'va',
  price: 'pr',
  quantity: 'qt',
  coupon: 'cc',
  position: 'ps',
} as const
const impression = { sku: 'id', name: 'nm', brand: 'br', category: 'ca', variant: 'va', position: 'ps', price: 'pr' } as const
const list = { name: 'nm' } as const
const promotion = { id: 'id', name: 'nm', creative: 'cr', position: 'ps' } as const

interface CustomValues {
  /** Custom dimensions of the product by their number: `prNcdK`. */
  dimensions?: Record<number, ParameterValue>
  /** Custom metrics of the product by their number: `prNcmK`. */
  metrics?: Record<number, ParameterValue>
}
export type ProductValues = GroupValues<typeof product> & CustomValues
export type ImpressionValues = GroupValues<typeof impression> & CustomValues

const writeProduct = defineParameters('product', product)
const writeImpression = defineParameters('impression', impression)
const writeList = defineParameters('impression list', list)
const writePromotion = defineParameters('promotion', promotion)

/** One product of an action, by its place in the hit, 1–200: `prN…`. */
export function productParameters(index: number, values: ProductValues): WireParameters {
  return writeCustom(`pr${checkNumber('product', index)}`, values, writeProduct)
}

/** What a list is called in which products are shown, by its place in the hit, 1–200: `ilNnm`. */
export function impressionListParameters(index: number, values: GroupValues<typeof list>): WireParameters {
  return addPrefix(`il${checkNumber('impression list', index)}`, writeList(values))
}

/** One product shown in a list, by both their places, 1–200: `ilNpiM…`. */
export function impressionParameters(listIndex: number, index: number, values: ImpressionValues): WireParameters {
  return writeCustom(`il${checkNumber('impression list', listIndex)}pi${checkNumber('impression', index)}`, values, writeImpression)
}

/** One promotion, by its place in the hit, 1–200: `promoN…`. */
export function promotionParameters(index: number, values: GroupValues<typeof promotion>): WireParameters {
  return addPrefix(`promo${checkNumber('promotion', index)}`, writePromotion(values))
}

function writeCustom<Names extends object>(prefix: string, values: GroupValues<Names> & CustomValues, write: ParameterGroup<Names>): WireParameters {
  const { dimensions = {}, metrics = {}, ...rest } = values
  return addPrefix(prefix, {
    ...write(rest as unknown as GroupValues<Names>),
    ...writeNumbered('cd', dimensions, 200),
    ...writeNumbered('cm', metrics, 200),
  })
}

function addPrefix(prefix: string, parameters: WireParameters): WireParameters {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [prefix + name, value]))
}
