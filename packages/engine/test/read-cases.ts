import { readFileSync } from 'node:fs'
import type { FlowDocument, StepDefinition } from '../src/flow.ts'
import type { Enrolment, Person, StepState } from '../src/person.ts'

/** What a case leaves out; a file names the defaults that its cases need. */
export type Defaults = {
  readonly now: string
  readonly flow: FlowDocument
  readonly step: StepDefinition
  readonly state: StepState
  readonly enrolment: Enrolment
  readonly person: Person
}

type Cases<Case> = {
  readonly defaults: Defaults
  readonly groups: readonly { readonly name: string; readonly cases: Case[] }[]
}

/** The cases of `conformance/<name>.json`. */
export const readCases = <Case>(name: string): Cases<Case> => {
  const file = new URL(`../../../conformance/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as Cases<Case>
}
