type Override = { readonly jsonSchema: Record<string, unknown> }

/**
 * What zod writes, made readable: `format` says of times what its pattern of 300 characters says, and a number written
 * in a query is a number to its reader.
 */
export const tidy = ({ jsonSchema }: Override): void => {
  if (jsonSchema['format'] === 'date-time' || jsonSchema['type'] === 'integer') delete jsonSchema['pattern']
}
