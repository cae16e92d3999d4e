import { parseArgs } from 'node:util'
import { CommandError } from '../command.ts'
import { configured } from '../configured.ts'
import { examine } from '../doctor/examine.ts'
import { printed } from '../doctor/finding.ts'

export const doctor = async (words: string[]): Promise<void> => {
  const { values } = parseArgs({
    args: words,
    options: { data: { type: 'string' }, json: { type: 'boolean' } },
  })
  const findings = await examine(configured(values))
  const count = (level: string): number => findings.filter((finding) => finding.level === level).length
  const [bad, warnings] = [count('bad'), count('warning')]
  if (values.json) console.log(JSON.stringify({ ok: bad === 0, bad, warnings, findings }, null, 2))
  else for (const finding of findings) console.log(printed(finding))
  if (bad > 0) throw new CommandError(`${bad} thing(s) to mend.`)
}
