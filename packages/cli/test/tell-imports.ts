// Read before a command (`node --import`): when that ends, what it imported of packages stands on the last line of stderr.
import { registerHooks } from 'node:module'

const imported = new Set<string>()

registerHooks({
  resolve: (specifier, context, next) => {
    if (/^[@a-z]/i.test(specifier) && !/^[a-z]+:/.test(specifier)) imported.add(specifier)
    return next(specifier, context)
  },
})

process.on('exit', () => console.error(JSON.stringify([...imported])))
