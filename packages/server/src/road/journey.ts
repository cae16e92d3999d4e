import type { Context } from '@opentelemetry/api'
import type { Decision, FactsUpdate, Person, World } from '@boardwalk/engine'
import type { ErrorCode } from '@boardwalk/contract'

/** What a decision may answer here: the engine's refusals, and those of the wire (a stale `If-Match`, an unknown person). */
export type Refused = { readonly code: ErrorCode; readonly message: string }

export type Decided = Omit<Decision, 'refusal'> & { readonly refusal?: Refused | undefined }

/** An answer ready to be sent, and to be kept for an `Idempotency-Key`. `body` is JSON. */
export type Answer = {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

/** One request on its way: whom it is about, what to decide, how to tell the outcome. */
export type Journey<Outcome extends Decided = Decided> = {
  readonly userId: string
  /** What a signed token or the host's server says of the person; stored even if the rest is refused. */
  readonly claims: FactsUpdate
  /** False: decided on what is stored, and nothing is written. */
  readonly writes: boolean
  /** Likely to change something, so worth the write lane at once; others try the read lane first. */
  readonly mayChange: boolean
  /** Only known people; a stranger is refused. */
  readonly knownOnly?: boolean
  readonly decide: (world: World, person: Person) => Outcome
  /** Pure, and called before the commit: the answer is sent only if the commit wins. */
  present(world: World, decided: Outcome): Answer
  /**
   * Adds to the answer what holds after it, such as the tag of what is read now. It is not kept for an
   * `Idempotency-Key`: an answer repeated for one gets what holds by then.
   */
  readonly accompany?: ((world: World, person: Person, answer: Answer) => Answer) | undefined
  readonly idempotency?: { readonly key: string; readonly fingerprint: string } | undefined
  /** Whether the key is used up; absent: always. Otherwise it costs no write, and a repeat may still have the effect. */
  keepsKey?(decided: Outcome, changed: boolean): boolean
  readonly correlationId: string
  /**
   * Of a look whose answer may be given again: all that it depends on besides the database and the clock, as one text.
   * Absent: the answer is made anew each time.
   */
  readonly variant?: string | undefined
  /** Where it is in a trace; absent: where it is called. */
  readonly context?: Context
}

export type Outcome =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'refused'; readonly refusal: Refused }
