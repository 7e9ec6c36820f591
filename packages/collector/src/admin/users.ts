import type { Values } from '@treadlight/store'
import type { Role } from '../http/access.ts'
import { readText } from '../readText.ts'
import { createPasswords, makePassword, type Passwords } from './password.ts'
import { firstOwner, placeOf, readUser, writeUser, type StoredUser } from './storedUser.ts'

/** Who may log in. */
export interface User {
  name: string
  role: Role
  /** Ids of the sites that a viewer sees. @default all */
  sites?: readonly string[]
  /** ISO 8601; '' for the one that the first start has made. */
  created: string
}

/** A user with what log-ins are bound to: they end with the password. */
export interface KnownUser extends User {
  version: string
}

/** What of a user can be changed. */
export interface UserChange {
  role?: Role
  /** Where it is there without a value: all. */
  sites?: readonly string[] | undefined
}

/** Those who may log in. What one process writes, all others know at once: nothing is remembered. */
export interface Users {
  /** Makes the first owner, `admin`, and answers the password, made where none is given, once; undefined where there are users already. */
  setUp(chosen?: string): Promise<string | undefined>
  /** By name, the first one first. Whose value is damaged is left out. */
  list(): Promise<User[]>
  find(name: string): Promise<KnownUser | undefined>
  /** Who it is, where the password is right. It takes as long where there is nobody of the name. */
  check(name: string, password: string): Promise<KnownUser | undefined>
  /**
   * Answers the password, which is made where none is given.
   * @throws UserError where there is one of this name
   */
  add(user: Omit<User, 'created'>, password?: string): Promise<string>
  /**
   * Replaces a password and answers it, made where none is given; every log-in of the user ends. `admin` is made anew where
   * there is nobody at all, or where its value is damaged.
   * @throws UserError where there is nobody of this name
   */
  reset(name?: string, password?: string): Promise<string>
  /**
   * Changes role and sites; log-ins go on with what is right from now.
   * @throws UserError where there is nobody of this name, or the only owner would be none
   */
  change(name: string, change: UserChange): Promise<User>
  /** @throws UserError where there is nobody of this name, or it is the only owner */
  remove(name: string): Promise<void>
}

/** Why a user cannot be added, changed or removed, naming the remedy. */
export class UserError extends Error {
  override readonly name = 'UserError'
  /** HTTP's. */
  readonly status: 400 | 404 | 409

  constructor(status: 400 | 404 | 409, message: string) {
    super(message)
    this.status = status
  }
}

/** A team has a handful; each is read when they are listed. */
const maxUsers = 100
const prefix = 'account:'
/** Behind all numbers, a readme would be the password that counts. */
const ownKey = /^account:(admin|[0-9a-f]{32}):\d+$/

export interface UsersOptions {
  values: Values
  /** @default those of nobody else */
  passwords?: Passwords
  /** ms since 1970. @default Date.now */
  now?: () => number
}

/**
 * Keeps users as values that are written once, under numbers: `account:{place}:{number}`. The highest number counts, readable
 * or not: a damaged password opens nothing, and does not bring back the one before it.
 */
export function createUsers({ values, passwords = createPasswords(), now = Date.now }: UsersOptions): Users {
  const inTurn = createTurns()

  return {
    setUp: (password = makePassword()) =>
      inTurn(async () => {
        if ((await listKeys(prefix)).length > 0) return undefined
        // Of two first starts at once, only the one whose password it is may print it.
        return (await write(await newUser({ name: firstOwner, role: 'owner' }, password), [])) ? password : undefined
      }),
    async list() {
      return (await loadAll()).map(withoutPassword)
    },
    async find(name) {
      return known(await load(name))
    },
    async check(name, password) {
      const stored = await load(name)
      return (await passwords.matches(password, stored?.password)) ? known(stored) : undefined
    },
    async add(user, password = makePassword()) {
      await replace(user.name, async (before) => {
        if (before) throw new UserError(409, `name: there is a user ${user.name} already`)
        if ((await loadAll()).length >= maxUsers) throw new UserError(400, `name: there are ${maxUsers} users already: remove one first`)
        return newUser(user, password)
      })
      return password
    },
    async reset(name = firstOwner, password = makePassword()) {
      await replace(name, async (before, keys) => {
        if (before) return { ...before, password: await passwords.hash(password) }
        const isWayIn = name === firstOwner && (keys.length > 0 || (await listKeys(prefix)).length === 0)
        if (!isWayIn) throw await noSuchUser(name)
        return newUser({ name, role: 'owner' }, password)
      })
      return password
    },
    async change(name, change) {
      const changed = await replace(name, async (before) => {
        if (!before) throw await noSuchUser(name)
        const { sites, ...user } = { ...before, ...change }
        if (user.role === 'owner') return user
        if (before.role === 'owner') await assertOtherOwner(name)
        return sites === undefined ? user : { ...user, sites }
      })
      return withoutPassword(changed)
    },
    remove: (name) =>
      inTurn(async () => {
        const keys = await keysOf(name)
        if (keys.length === 0) throw await noSuchUser(name)
        if ((await load(name))?.role === 'owner') await assertOtherOwner(name)
        for (const key of keys) await values.remove(key)
      }),
  }

  async function newUser(user: Omit<User, 'created'>, password: string): Promise<StoredUser> {
    return { ...user, created: new Date(now()).toISOString(), password: await passwords.hash(password) }
  }

  /** Writes what takes the place of a user's value, again where another process was first. */
  function replace(name: string, next: (before: StoredUser | undefined, keys: readonly string[]) => Promise<StoredUser>): Promise<StoredUser> {
    return inTurn(async () => {
      for (;;) {
        const keys = await keysOf(name)
        const user = await next(await load(name), keys)
        if (!(await write(user, keys))) continue
        for (const key of keys) await values.remove(key)
        return user
      }
    })
  }

  /** False where another process was first. @param older keys that it comes after */
  async function write(user: StoredUser, older: readonly string[]): Promise<boolean> {
    const number = older.length === 0 ? 0 : Number(older.at(-1)!.split(':').at(-1)) + 1
    const key = `${belowOf(user.name)}${String(number).padStart(6, '0')}`
    const value = writeUser(user)
    // Not every storage can tell who was first: what it has is what counts.
    return (await values.create(key, value)) && (await readText(values, key)) === value
  }

  async function listKeys(below: string): Promise<string[]> {
    return (await values.list(below)).filter((key) => ownKey.test(key)).sort()
  }

  function keysOf(name: string): Promise<string[]> {
    return listKeys(belowOf(name))
  }

  async function load(name: string): Promise<StoredUser | undefined> {
    const below = belowOf(name)
    // Where there is nobody of the name it is looked for too, so that it takes as long.
    const key = (await listKeys(below)).at(-1) ?? `${below}000000`
    return readUser(placeOf(name), await readText(values, key))
  }

  async function loadAll(): Promise<StoredUser[]> {
    const latest = new Map((await listKeys(prefix)).map((key) => [key.split(':')[1]!, key]))
    const users = await Promise.all([...latest].map(async ([place, key]) => readUser(place, await readText(values, key))))
    return users.flatMap((user) => user ?? []).toSorted((a, b) => (a.name === firstOwner || (b.name !== firstOwner && a.name < b.name) ? -1 : 1))
  }

  /** In one process nothing comes between; two that take from each other at once what both are leave nobody, and the CLI mends that. */
  async function assertOtherOwner(name: string): Promise<void> {
    const owners = (await loadAll()).filter(({ role }) => role === 'owner')
    if (!owners.some((owner) => owner.name !== name)) throw new UserError(409, `name: ${name} is the only owner: make another user one first`)
  }

  async function noSuchUser(name: string): Promise<UserError> {
    const names = (await loadAll()).map((user) => user.name)
    return new UserError(404, `name: there is no user ${JSON.stringify(name.slice(0, 80))}; there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ') || 'none'}`)
  }
}

function belowOf(name: string): string {
  return `${prefix}${placeOf(name)}:`
}

function withoutPassword({ name, role, sites, created }: StoredUser): User {
  return { name, role, ...(sites !== undefined && { sites }), created }
}

function known(stored: StoredUser | undefined): KnownUser | undefined {
  return stored && { ...withoutPassword(stored), version: stored.password.salt }
}

/** Runs tasks one after another. */
function createTurns(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (task) => {
    const result = last.then(task)
    last = result.catch(() => undefined)
    return result
  }
}
