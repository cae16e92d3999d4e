/** French "de" before a name: "d’Amélie", "de Ben". Not before h and y, which the letter alone does not decide. */
export const de = (name: string): string => (/^[aeiouæœ]/i.test(name.normalize('NFD')) ? 'd’' : 'de ')
