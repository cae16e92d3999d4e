/**
 * The names that a host's flows have. Empty, they are any text. `boardwalk codegen` writes a file that fills it in, and
 * a name that no flow has then does not compile.
 */
export interface Register {}

type Registered<What extends string> = Register extends { readonly [Key in What]: infer Names extends string }
  ? Names
  : string

export type FlowName = Registered<'flow'>
export type StepId = Registered<'step'>
export type GateName = Registered<'gate'>
