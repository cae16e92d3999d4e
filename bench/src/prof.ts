import { readFileSync, readdirSync } from 'node:fs'
const file = readdirSync('/tmp/prof').filter((f) => f.endsWith('.cpuprofile')).map((f) => '/tmp/prof/' + f)
for (const f of file) {
  const p = JSON.parse(readFileSync(f, 'utf8'))
  const self = new Map<number, number>()
  const dt = p.timeDeltas
  p.samples.forEach((s: number, i: number) => self.set(s, (self.get(s) ?? 0) + dt[i]))
  const total = dt.reduce((a: number, b: number) => a + b, 0)
  const by = new Map<string, number>()
  for (const n of p.nodes) {
    const c = n.callFrame
    const k = `${c.functionName || '(anon)'} ${c.url.replace(/.*\/(node_modules|packages)\//, '')}:${c.lineNumber}`
    by.set(k, (by.get(k) ?? 0) + (self.get(n.id) ?? 0))
  }
  console.log(f, (total / 1e6).toFixed(1) + 's')
  for (const [k, v] of [...by].sort((a, b) => b[1] - a[1]).slice(0, 45)) console.log((100 * v / total).toFixed(1).padStart(5), k)
}
