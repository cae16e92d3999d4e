/** A metric's value as people read it. */
export const told = (metric: string, value: number | null): string => {
  if (value === null) return '-'
  if (metric === 'timeToValue' || metric === 'averageTimeToComplete') return `${Math.round(value / 1000)} s`
  if (metric === 'averageStepsCompleted') return String(Math.round(value * 100) / 100)
  return `${Math.round(value * 10_000) / 100} %`
}
