import { BlockList, isIP, isIPv4 } from 'node:net'

type Family = 'ipv4' | 'ipv6'

// Everything that is not the public internet: RFC 6890 and its registries.
const refusedRanges = {
  ipv4: [
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.31.196.0/24',
    '192.52.193.0/24',
    '192.88.99.0/24',
    '192.168.0.0/16',
    '192.175.48.0/24',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '224.0.0.0/4',
    '240.0.0.0/4',
  ],
  // The public internet is 2000::/3; of it, these are not. 168.63.129.16 and the like are for the host's firewall.
  ipv6: ['2001::/23', '2001:db8::/32', '3fff::/20', '5f00::/16'],
} as const

const blockList = (ranges: readonly string[], family: Family): BlockList => {
  const list = new BlockList()
  for (const range of ranges) {
    const [net = '', prefix] = range.split('/')
    list.addSubnet(net, Number(prefix), family)
  }
  return list
}

const refused4 = blockList(refusedRanges.ipv4, 'ipv4')
const refused6 = blockList(refusedRanges.ipv6, 'ipv6')
const public6 = blockList(['2000::/3'], 'ipv6')

/** The eight groups of an IPv6 address, whatever way it is written. */
const groupsOf = (address: string): number[] => {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address.replace(/%.*$/, ''))
  const [, before = '', ...bytes] = dotted ?? []
  const [a = 0, b = 0, c = 0, d = 0] = bytes.map(Number)
  const text = dotted
    ? `${before}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
    : address.replace(/%.*$/, '')
  const [head = '', tail] = text.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill('0')
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16))
}

const dottedOf = (high = 0, low = 0): string => [high >> 8, high & 255, low >> 8, low & 255].join('.')

/** The IPv4 addresses that an IPv6 address leads to by some translation: mapped, compatible, NAT64, 6to4, ISATAP. */
const embedded4 = (address: string): string[] => {
  const groups = groupsOf(address)
  const last = dottedOf(groups[6], groups[7])
  const startsWith = (...prefix: number[]): boolean => prefix.every((group, n) => groups[n] === group)
  const found: string[] = []
  if (startsWith(0, 0, 0, 0, 0)) found.push(last)
  if (startsWith(0, 0, 0, 0, 0xffff, 0)) found.push(last)
  if (startsWith(0x64, 0xff9b)) found.push(last)
  if (startsWith(0x2002)) found.push(dottedOf(groups[1], groups[2]))
  if ((groups[4] === 0 || groups[4] === 0x200) && groups[5] === 0x5efe) found.push(last)
  return found
}

// A well-known NAT64 prefix leads to the internet, so only the address within decides.
const isNat64 = (address: string): boolean =>
  groupsOf(address)
    .slice(0, 6)
    .every((group, n) => group === [0x64, 0xff9b, 0, 0, 0, 0][n])

const isPublic = (address: string): boolean => {
  if (isIPv4(address)) return !refused4.check(address, 'ipv4')
  if (embedded4(address).some((inner) => refused4.check(inner, 'ipv4'))) return false
  if (isNat64(address)) return true
  return public6.check(address, 'ipv6') && !refused6.check(address, 'ipv6')
}

export type AddressRules = {
  /** Whether this numeric address may be connected to for a URL of this host. */
  readonly allows: (address: string, host: string) => boolean
}

const expected = 'host names, addresses or ranges such as `hooks.internal, 10.1.0.0/16`'
const rangeShape = /^([\da-f:.]+)\/(\d{1,3})$/i

const isRange = (entry: string): boolean => {
  const [, net = '', prefix] = rangeShape.exec(entry) ?? []
  return isIP(net) !== 0 && Number(prefix) <= (isIPv4(net) ? 32 : 128)
}

const isHostName = (entry: string): boolean =>
  /^(?=.{1,253}$)[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*$/i.test(entry) &&
  !/(^|\.)(\d+|0x[\da-f]*)$/i.test(entry)

export const expectedAllowEntries = expected

export const isAllowEntry = (entry: string): boolean =>
  isIP(entry) !== 0 || isRange(entry) || isHostName(entry)

/** `allow`: what may be reached though it is not public; a host name stands for whatever addresses it has. */
export const addressRules = (allow: readonly string[]): AddressRules => {
  const hosts = new Set(allow.filter(isHostName).map((host) => host.toLowerCase()))
  const allowed = new BlockList()
  for (const entry of allow.filter((one) => !isHostName(one))) {
    const [net = '', prefix] = entry.split('/')
    const family = isIPv4(net) ? 'ipv4' : 'ipv6'
    allowed.addSubnet(net, Number(prefix ?? (family === 'ipv4' ? 32 : 128)), family)
  }
  const isAllowed = (address: string): boolean => allowed.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
  return {
    allows: (address, host) =>
      isIP(address) !== 0 &&
      (isPublic(address) || isAllowed(address) || hosts.has(host.toLowerCase().replace(/\.$/, ''))),
  }
}
