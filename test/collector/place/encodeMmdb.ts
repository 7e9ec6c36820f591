type Value = string | number | Value[] | { [key: string]: Value }

export interface MmdbOptions {
  /** What it calls itself. */
  type: string
  /** Records by network, such as `203.0.113.0/24`; none within another. */
  networks: { [network: string]: Value }
  /** @default 6 */
  ipVersion?: 4 | 6
}

/** A file in the MaxMind DB format 2.0, as small as it can be: https://maxmind.github.io/MaxMind-DB/ */
export function encodeMmdb({ type, networks, ipVersion = 6 }: MmdbOptions): Buffer {
  // A record of a node is the number of another, or -1 for nothing, or a place in the data.
  const nodes: [Entry, Entry][] = [[nothing, nothing]]
  const data: Buffer[] = []
  let length = 0
  for (const [network, value] of Object.entries(networks)) {
    insert(bitsOf(network, ipVersion), { data: length })
    data.push(encode(value))
    length += data.at(-1)!.length
  }

  function insert(bits: number[], record: Entry): void {
    let at = 0
    for (const [depth, bit] of bits.entries()) {
      const node = nodes[at]!
      if (depth === bits.length - 1) node[bit] = record
      else {
        if (!('node' in node[bit]!)) node[bit] = { node: nodes.push([nothing, nothing]) - 1 }
        at = (node[bit] as { node: number }).node
      }
    }
  }

  const tree = Buffer.alloc(nodes.length * 8)
  for (const [index, records] of nodes.entries())
    for (const [bit, record] of records.entries()) tree.writeUInt32BE(numberOf(record, nodes.length), index * 8 + bit * 4)
  const metadata = {
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_795_000_000,
    database_type: type,
    description: { en: 'made by a test' },
    ip_version: ipVersion,
    languages: ['en'],
    node_count: nodes.length,
    record_size: 32,
  }
  return Buffer.concat([tree, Buffer.alloc(16), ...data, Buffer.from('abcdef', 'hex'), Buffer.from('MaxMind.com'), encode(metadata)])
}

type Entry = { node: number } | { data: number } | { empty: true }

const nothing: Entry = { empty: true }

/** The data begins 16 bytes behind the tree, and is counted from its number of nodes on. */
function numberOf(record: Entry, nodes: number): number {
  if ('node' in record) return record.node
  return 'data' in record ? nodes + 16 + record.data : nodes
}

/** Of `203.0.113.0/24` or `2001:db8::/32`. In a tree of IPv6 the IPv4 addresses are those that begin with 96 zeros. */
function bitsOf(network: string, ipVersion: 4 | 6): number[] {
  const [address, prefix] = network.split('/') as [string, string]
  const isIpv4 = !address.includes(':')
  const groups = isIpv4 ? address.split('.').map(Number) : address.split('::')[0]!.split(':').map((group) => Number.parseInt(group, 16))
  const size = isIpv4 ? 8 : 16
  const bits = groups.flatMap((group) => Array.from({ length: size }, (_, index) => (group >> (size - 1 - index)) & 1)).slice(0, Number(prefix))
  return isIpv4 && ipVersion === 6 ? [...Array.from({ length: 96 }, () => 0), ...bits] : bits
}

/** Control byte with type and size, then the payload: "Output Data Section" of the format. */
function encode(value: Value): Buffer {
  if (typeof value === 'string') return Buffer.concat([control(2, Buffer.byteLength(value)), Buffer.from(value)])
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    return Buffer.concat([control(6, 4), bytes])
  }
  if (Array.isArray(value)) return Buffer.concat([control(11, value.length), ...value.map(encode)])
  const entries = Object.entries(value)
  return Buffer.concat([control(7, entries.length), ...entries.flatMap(([key, inner]) => [encode(key), encode(inner)])])
}

function control(type: number, size: number): Buffer {
  const [short, ...more] = size < 29 ? [size] : [29, size - 29]
  return Buffer.from(type > 7 ? [short!, type - 7, ...more] : [(type << 5) | short!, ...more])
}
