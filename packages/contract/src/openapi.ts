export const openApiDocument = (): object => ({})
