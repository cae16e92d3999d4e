export const flowJsonSchema = (): object => ({})
