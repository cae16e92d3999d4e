import type { Onboarding } from '@boardwalk/contract'
import { habitOf, moved } from './habits.ts'
import type { Host } from './host.ts'
import { dayMs, hourMs, minuteMs } from './moments.ts'
import type { Newcomer } from './newcomers.ts'

/** Somebody's time with the shop; it yields for how many milliseconds nothing happens. */
type Playing<Result = void> = AsyncGenerator<number, Result>

type Life = {
  readonly who: Newcomer
  readonly host: Host
  /** How often they thought of a step and did not do it. */
  readonly tries: Map<string, number>
  /** What they did already. */
  readonly did: Set<string>
}

type Shown = Onboarding['steps'][number]

const mostVisits = 14

/** What the shop tells of value; Boardwalk keeps it only of those who agreed. */
const tellValue = async ({ who, host, did }: Life, event: string): Promise<void> => {
  did.add(event)
  if (who.agrees) await host.track(who.userId, event)
}

const see = async ({ who, host }: Life, type: string, data?: object): Promise<void> => {
  if (who.agrees) await host.see(who.userId, type, data)
}

const prove = async ({ who, host }: Life, stepId: string): Promise<void> => {
  const { by } = habitOf(stepId)
  if (by === 'claim') return host.settle(who.userId, stepId, 'done')
  if (by === 'proof') return host.prove(who.userId, stepId)
  return host.track(who.userId, by.event, { [by.property]: `${who.shop.id}-${stepId}` })
}

/** What one did for the shop is done for the others, at once. */
const showOthers = async ({ who, host }: Life): Promise<void> => {
  for (const userId of who.shop.members) if (userId !== who.userId) await host.look(userId)
}

const finish = async (life: Life, stepId: string): Promise<void> => {
  const { value } = habitOf(stepId)
  await Promise.all([prove(life, stepId), value !== undefined && tellValue(life, value)])
  life.did.add(stepId)
  await showOthers(life)
}

async function* doStep(life: Life, stepId: string): Playing {
  const { chance } = life.who
  if (chance.is(0.4)) await see(life, 'onboarding.step_started', { stepId })
  yield chance.delayMs(habitOf(stepId).medianMs, 0.9)
  await finish(life, stepId)
}

/** Answers whether they stay for the next step. */
async function* tryStep(life: Life, { id, required }: Shown, version: number): Playing<boolean> {
  const { who, host, tries } = life
  const { chance } = who
  const { does, skips, pressed = 0 } = habitOf(id)
  const tried = tries.get(id) ?? 0
  const asksBetter = version > 1 ? 0.55 : 0
  const interest = 0.9 * who.drive - 0.5 * tried + asksBetter + (required ? pressed : 0)
  if (chance.is(moved(does, interest))) {
    yield* doStep(life, id)
    return true
  }
  tries.set(id, tried + 1)
  if (!required && chance.is(skips)) {
    yield chance.delayMs(minuteMs, 0.7)
    await host.settle(who.userId, id, 'skipped')
    await showOthers(life)
    return true
  }
  return chance.is(0.35)
}

/** Some want to sell before they are ready, and some of those then do what the gate asks for. */
async function* trySelling(life: Life, steps: readonly Shown[]): Playing {
  const { who, host, did } = life
  const { chance, userId } = who
  const missing = await host.askGate(userId, 'publish')
  if (missing === undefined) {
    did.add('publish')
    return
  }
  const step = steps.find(({ id }) => id === missing)
  if (!step?.allowed || !chance.is(moved(0.5, who.drive))) return
  yield chance.delayMs(8 * minuteMs, 0.8)
  await finish(life, missing)
  if ((await host.askGate(userId, 'publish')) === undefined) did.add('publish')
}

const remind = async ({ who, host }: Life): Promise<void> => {
  const { chance, userId } = who
  if (chance.is(0.12)) await host.act(userId, 'nudge/snooze')
  else if (chance.is(0.05)) await host.act(userId, 'nudge/dismiss')
}

/** What is of value to them comes when they have something to show, and not always on the first day. */
const getSomethingOut = async (life: Life): Promise<void> => {
  const { who, host, did } = life
  const { chance, userId } = who
  if (did.has('email_verification') && chance.is(moved(0.35, who.drive)))
    await tellValue(life, 'merchant.previewed_store')
  if (did.has('publish') && chance.is(moved(0.25, who.drive))) {
    await host.askGate(userId, 'checkout')
    await tellValue(life, 'merchant.first_checkout_attempt')
  }
}

async function* visit(life: Life, isFirst: boolean): Playing<boolean> {
  const { who, host, did } = life
  const { chance, userId, role, shop } = who
  // Also of those who do not agree: it enrols and carries over, and then what they look at is only read.
  await host.see(userId, 'onboarding.viewed')
  const { steps, status, nudge, flow } = await host.look(userId)
  if (!shop.members.includes(userId)) shop.members.push(userId)
  if (!isFirst && nudge.visible) {
    await see(life, 'onboarding.nudge_shown')
    await remind(life)
  }
  if (status === 'skipped' && chance.is(0.3)) await host.act(userId, 'resume')
  const open = steps.filter((step) => step.status === 'todo' && step.allowed && step.locked !== true)
  for (const step of open) if (!(yield* tryStep(life, step, flow?.version ?? 1))) break
  if (role === 'owner' && !did.has('publish') && chance.is(moved(0.3, who.drive)))
    yield* trySelling(life, steps)
  if (isFirst && status !== 'completed' && chance.is(0.015)) await host.act(userId, 'skip')
  await getSomethingOut(life)
  return open.length === 0
}

async function* signUp({ who, host }: Life): Playing {
  const { userId, at, role, market, plan, locale, shop, agrees, chance } = who
  const createdAt = new Date(at).toISOString()
  await host.tell(userId, { role, plan, market, locale, createdAt, account: shop.id })
  if (agrees) await host.agree(userId)
  // Some look at other things first.
  if (chance.is(0.2)) yield chance.delayMs(10 * minuteMs, 1)
}

/** All that somebody does, from signing up until they stay away. */
export async function* liveWith(host: Host, who: Newcomer): Playing {
  const life: Life = { who, host, tries: new Map(), did: new Set() }
  const { chance, drive } = who
  yield* signUp(life)
  for (let visits = 0; visits < mostVisits; visits++) {
    const isDone = yield* visit(life, visits === 0)
    // A shop that sells is looked after; one that does not is forgotten.
    const interest = 0.7 * drive - 0.08 * visits + (life.did.has('publish') ? 0.7 : 0) + (isDone ? 0.3 : 0)
    if (!chance.is(moved(0.58, interest))) return
    const isSoon = visits === 0 && chance.is(0.3)
    yield isSoon ? chance.delayMs(3 * hourMs, 0.6) : chance.delayMs(1.6 * dayMs, 0.9)
  }
}
