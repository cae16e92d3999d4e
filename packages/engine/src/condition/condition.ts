// A rule over facts as it is written in a flow: JSON that nobody has checked yet.
export type Condition = { readonly [key: string]: unknown }
